"""A virtual display whose pixels are read as a file, so that looking at a window costs the window nothing."""

import mmap
import os
import pathlib
import struct
import subprocess
import time
import zlib

WIDTH, HEIGHT, DEPTH_BYTES = 1280, 800, 4
QUIET_S = 2.0
LIMIT_S = 60.0
SAME = 0.02
CELL_BYTES = 16 * DEPTH_BYTES


def difference(one: bytes, other: bytes) -> float:
    """The share of cells, 16 pixels wide and one high, that differ."""
    cells = range(0, len(other), CELL_BYTES)
    return sum(one[at:at + CELL_BYTES] != other[at:at + CELL_BYTES] for at in cells) / len(cells)


class Screen:
    """Xvfb with its framebuffer in a file (an XWD image: a header, a colour map, then the pixels)."""

    def __init__(self, scratch: pathlib.Path):
        self._scratch = scratch
        scratch.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Screen":
        read_end, write_end = os.pipe()
        self._process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp",
             "-fbdir", str(self._scratch)],
            pass_fds=[write_end], stderr=subprocess.DEVNULL,
        )
        os.close(write_end)
        with os.fdopen(read_end) as told:
            self.display = f":{told.readline().strip()}"
        with (self._scratch / "Xvfb_screen0").open("rb") as image:
            self._map = mmap.mmap(image.fileno(), 0, access=mmap.ACCESS_READ)
        header = struct.unpack(">25I", self._map[:100])
        header_bytes, colours, line_bytes = header[0], header[19], header[12]
        self._pixels = memoryview(self._map)[header_bytes + colours * 12:]
        assert line_bytes == WIDTH * DEPTH_BYTES, f"an unexpected framebuffer: {header}"
        return self

    def time_to_final_picture(self, began: float) -> float:
        """Seconds from `began` (time.monotonic) until the picture stood that then stayed.

        Overlay scrollbars still fade for seconds: a picture that differs from the last one in less than a fiftieth of
        its cells is that one.
        """
        seen = [(time.monotonic(), zlib.crc32(self._pixels), None)]
        while True:
            now = time.monotonic()
            fingerprint = zlib.crc32(self._pixels)
            if fingerprint != seen[-1][1]:
                seen.append((now, fingerprint, bytes(self._pixels)))
            elif len(seen) > 1 and now - seen[-1][0] > QUIET_S:
                break
            assert now - began < LIMIT_S, "no picture came to rest"
            time.sleep(0.002)
        final = seen[-1][2]
        return next(at for at, _, picture in seen if picture and difference(picture, final) < SAME) - began

    def __exit__(self, *_error) -> None:
        self._pixels.release()
        self._map.close()
        self._process.terminate()
        self._process.wait()

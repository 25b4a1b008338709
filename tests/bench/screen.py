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

    def picture(self) -> int:
        """A fingerprint of what is shown now."""
        return zlib.crc32(self._pixels)

    def time_to_final_picture(self, began: float) -> float:
        """Seconds from `began` (time.monotonic) until the picture stood that then stayed for QUIET_S."""
        before = self.picture()
        seen_at = None
        while True:
            now = time.monotonic()
            picture = self.picture()
            if picture != before:
                before, seen_at = picture, now
            elif seen_at is not None and now - seen_at > QUIET_S:
                return seen_at - began
            assert now - began < LIMIT_S, "no picture came to rest"
            time.sleep(0.002)

    def __exit__(self, *_error) -> None:
        self._pixels.release()
        self._map.close()
        self._process.terminate()
        self._process.wait()

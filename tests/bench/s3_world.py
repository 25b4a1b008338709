"""A shaped sandbox with one bucket, and every client's way to it: Hatrack's, s5cmd's, rclone's and the AWS CLI's.

The sandbox runs in a process of its own: 25 ms before the first byte of each answer, 80 MB/s on each connection. What
takes it long and tells nothing of a client is left out: it makes no MD5 of parts (`--quick-parts`).
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

from peer_processes import TOOLS, Hat, SandboxServer

STORY = "S13"
LATENCY_MS = 25
CONNECTION_MBPS = 640
RAM_DISK = pathlib.Path("/dev/shm")
MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class World:
    """The bucket, and who asks for it how. `folder` is on a RAM disk where there is one."""

    hat: Hat
    role: str
    bucket: str
    env: dict[str, str]
    folder: pathlib.Path

    def place(self, key: str) -> str:
        """The key as the clients write it."""
        return f"s3://{self.bucket}/{key}"

    def remote(self, key: str) -> str:
        """The key as rclone writes it."""
        options = ",".join([
            "provider=Other", "env_auth=true", "region=eu-south-1", "use_multipart_etag=false", "no_check_bucket=true",
            f"endpoint='{self.env['AWS_ENDPOINT_URL']}'",
        ])
        return f":s3,{options}:{self.bucket}/{key}"

    def hat_s3(self, *args: str) -> list[str]:
        """A command of `hat s3`."""
        return [str(self.hat.binary), "s3", *args, "--role", self.role]

    @staticmethod
    def s5cmd(*args: str) -> list[str]:
        """A command of s5cmd."""
        return [str(TOOLS / "s5cmd"), *args]

    @staticmethod
    def rclone(*args: str) -> list[str]:
        """A command of rclone."""
        return [str(TOOLS / "rclone"), "--config", "", *args]

    @staticmethod
    def aws(*args: str) -> list[str]:
        """A command of the AWS CLI."""
        return [str(TOOLS / "aws"), "s3", *args]


@contextlib.contextmanager
def shaped_world(target: pathlib.Path, scratch: pathlib.Path, *options: str):
    """The world, with a session that is live already; its files go with it. `options` go to the sandbox."""
    shape = ["--latency-ms", str(LATENCY_MS), "--connection-mbps", str(CONNECTION_MBPS), "--quick-parts"]
    with tempfile.TemporaryDirectory(prefix="hatrack-bench-", dir=RAM_DISK if has_ram_disk() else None) as folder:
        with SandboxServer(target / "hat", scratch, *shape, *options) as sandbox:
            story = next(told for told in sandbox.described["stories"] if told["id"] == STORY)
            hat = Hat(target / "hat", scratch, sandbox.env)
            try:
                role = story["profile"]
                yield World(hat, role, story["bucket"], session_env(hat, role), pathlib.Path(folder))
            finally:
                hat.stop_agent()


def session_env(hat: Hat, role: str) -> dict[str, str]:
    """The role's session as every other client reads it."""
    given = json.loads(hat.ok("env", role, "--shell", "json"))
    kept = {name: value for name, value in hat.env.items() if not name.startswith("AWS_")}
    endpoint = hat.env["AWS_ENDPOINT_URL"]
    return {
        **kept, **{name: value for name, value in given.items() if value is not None},
        "AWS_ENDPOINT_URL": endpoint, "S3_ENDPOINT_URL": endpoint, "AWS_EC2_METADATA_DISABLED": "true", "AWS_PAGER": "",
    }


def has_ram_disk() -> bool:
    """Whether files can be kept in memory, so that no disk is measured."""
    return RAM_DISK.is_dir() and os.access(RAM_DISK, os.W_OK)


def memory_left() -> int:
    """Bytes that are available without swapping."""
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def fill(path: pathlib.Path, size: int) -> None:
    """A file of `size` bytes, no two parts of which are the same."""
    with path.open("wb") as file:
        for _ in range(size // (16 * MIB)):
            file.write(os.urandom(16 * MIB))
        file.write(os.urandom(size % (16 * MIB)))


def fill_folder(folder: pathlib.Path, count: int, size: int) -> None:
    """So many files of `size` bytes."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:06}.bin").write_bytes(os.urandom(size))


def emptied(folder: pathlib.Path, size: int) -> pathlib.Path:
    """An empty folder, and `size` bytes of memory that have just been in use: the first touch of memory that a virtual
    machine has given back takes longer than all that is measured, and would be charged to whoever comes first."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    warm = folder / "warm"
    with warm.open("wb") as file:
        for _ in range(size // MIB):
            file.write(b"\1" * MIB)
    warm.unlink()
    return folder


def same_bytes(one: pathlib.Path, other: pathlib.Path) -> bool:
    """Whether two files, or the files of two folders, are equal."""
    return subprocess.run(["diff", "-rq", str(one), str(other)], stdout=subprocess.DEVNULL, check=False).returncode == 0

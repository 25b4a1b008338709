"""One large object down and up, against s5cmd as it comes and as one tunes it, rclone and the AWS CLI."""

import pathlib

from results import Row, Table
from s3_world import GIB, World, emptied, fill, has_ram_disk, memory_left, same_bytes, shaped_world
from side_by_side import Runner, by_turns, compare, growth, memory

SIZE = GIB
RUNS = 3
DEFAULT_BUDGET = 0.5
TUNED_BUDGET = 1.0
# There is no budget against these.
ONCE = ("rclone", "aws")
TUNED = ("-c", "16", "-p", "16")
# The object in the sandbox, the next one while it comes or what arrives, its source; and room for everything else.
COPIES, SPARE = 3, 6 * GIB


def measure_s3_large(table: Table, target: pathlib.Path, _sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    if not has_ram_disk():
        table.add(Row("no RAM disk here", "files are on a disk, which is measured too"))
    first = measured(table, target, folder / "first", SIZE, RUNS, everybody=True)
    times = next((times for times in (10, 4, 2) if memory_left() >= COPIES * times * SIZE + SPARE), None)
    if times is None:
        table.add(Row(f"download {label(2 * SIZE)}", "not measured: too little memory"))
        return
    second = measured(table, target, folder / "second", times * SIZE, 1, everybody=False)
    for way in ("download", "upload"):
        growth(table, f"{way} {label(SIZE)}", first[way], second[way], times)


def label(size: int) -> str:
    """In GiB."""
    return f"{size // GIB} GiB"


def measured(
    table: Table, target: pathlib.Path, scratch: pathlib.Path, size: int, runs: int, everybody: bool,
) -> dict[str, Runner]:
    """Adds the rows of one size; gives Hatrack's runs by direction."""
    scratch.mkdir()
    hats = {}
    with shaped_world(target, scratch) as world:
        source = world.folder / "source"
        fill(source, size)
        up = by_turns(uploads(world, source, size, runs, everybody))
        hats["upload"] = up["hat"]
        # How it grows is told; the budgets are for the first size.
        budgets = {"s5cmd": DEFAULT_BUDGET, "s5cmd -c 16 -p 16": TUNED_BUDGET} if everybody else {}
        report(table, f"upload {label(size)}", up, budgets)
        if not everybody:
            # There is room for two of this size. That the bytes are right was seen with the smaller one.
            source.unlink()
        down = by_turns(downloads(world, source if everybody else None, size, runs, everybody))
        hats["download"] = down["hat"]
        report(table, f"download {label(size)}", down, budgets)
    return hats


def report(table: Table, what: str, ran: dict[str, Runner], budgets: dict[str, float]) -> None:
    """Adds the rows of one direction."""
    compare(table, what, ran, budgets)
    memory(table, what, ran["hat"])


def uploads(world: World, source: pathlib.Path, size: int, runs: int, everybody: bool) -> list[Runner]:
    """Each client's upload; all of them under one key, so that the sandbox holds one object."""
    to, file = world.place("large"), str(source)

    def warmed() -> None:
        emptied(world.folder / "warm", size)

    runners = [
        Runner("hat", world.hat_s3("cp", file, to), world.hat.env, runs, warmed),
        Runner("s5cmd", world.s5cmd("cp", file, to), world.env, runs, warmed),
        Runner("s5cmd -c 16 -p 16", world.s5cmd("cp", *TUNED, file, to), world.env, runs, warmed),
    ]
    if everybody:
        runners += [
            Runner("rclone", world.rclone("copyto", file, world.remote("large")), world.env, 1, warmed),
            Runner("aws", world.aws("cp", "--only-show-errors", file, to), world.env, 1, warmed),
        ]
    return runners


def downloads(
    world: World, source: pathlib.Path | None, size: int, runs: int, everybody: bool,
) -> list[Runner]:
    """Each client's download; the file is compared with its source where that is still there."""
    into = world.folder / "into"
    file, place = into / "file", world.place("large")

    def prepare() -> None:
        emptied(into, size)

    def check() -> None:
        assert file.stat().st_size == size, "the file is not whole"
        assert source is None or same_bytes(source, file), "the file is not the object"

    commands = {
        "hat": world.hat_s3("cp", place, str(file)),
        "s5cmd": world.s5cmd("cp", place, str(file)),
        "s5cmd -c 16 -p 16": world.s5cmd("cp", *TUNED, place, str(file)),
    }
    if everybody:
        commands["rclone"] = world.rclone("copyto", world.remote("large"), str(file))
        commands["aws"] = world.aws("cp", "--only-show-errors", place, str(file))
    return [
        Runner(
            name, command, world.hat.env if name == "hat" else world.env, 1 if name in ONCE else runs, prepare, check,
        )
        for name, command in commands.items()
    ]

"""Many small objects down and up, against s5cmd, rclone and the AWS CLI."""

import pathlib

from results import Table
from s3_world import World, emptied, fill_folder, same_bytes, shaped_world
from side_by_side import Runner, by_turns, compare, growth, memory

COUNT = 5_000
SIZE = 16 * 1024
TIMES = 10
RUNS = 5
BUDGET = 1.0
# There is no budget against these.
ONCE = ("rclone", "rclone --transfers 64", "aws")


def measure_s3_small(table: Table, target: pathlib.Path, _sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    with shaped_world(target, folder) as world:
        first = measured(table, world, "few", COUNT, RUNS, everybody=True)
        second = measured(table, world, "many", COUNT * TIMES, 1, everybody=False)
    for way in ("download", "upload"):
        growth(table, f"{way} {COUNT:,} x 16 KiB", first[way], second[way], TIMES)


def measured(
    table: Table, world: World, name: str, count: int, runs: int, everybody: bool,
) -> dict[str, Runner]:
    """Adds the rows of so many objects; gives Hatrack's runs by direction."""
    source, hats = world.folder / name, {}
    fill_folder(source, count, SIZE)
    for way, runners in (
        ("upload", uploads(world, source, name, runs, everybody)),
        ("download", downloads(world, source, name, runs, everybody)),
    ):
        ran = by_turns(runners)
        what = f"{way} {count:,} x 16 KiB"
        compare(table, what, ran, {"s5cmd": BUDGET} if everybody else {})
        memory(table, what, ran["hat"])
        hats[way] = ran["hat"]
    return hats


def uploads(world: World, source: pathlib.Path, name: str, runs: int, everybody: bool) -> list[Runner]:
    """Each client's upload, over what is there from the one before."""
    to, folder = world.place(f"{name}/"), f"{source}/"
    commands = {
        "hat": world.hat_s3("cp", "--recursive", folder, to),
        "s5cmd": world.s5cmd("cp", folder, to),
    }
    if everybody:
        # Without the check of what is there already, which the others do not make either.
        rclone = world.rclone("copy", "--no-check-dest", folder, world.remote(f"{name}/"))
        commands["rclone"] = rclone
        commands["rclone --transfers 64"] = [*rclone, "--transfers", "64"]
        commands["aws"] = world.aws("cp", "--recursive", "--only-show-errors", folder, to)
    return runners_of(world, commands, runs)


def downloads(world: World, source: pathlib.Path, name: str, runs: int, everybody: bool) -> list[Runner]:
    """Each client's download into an empty folder, compared with the source."""
    into = world.folder / "into"
    place, folder = world.place(f"{name}/"), f"{into}/"
    commands = {
        "hat": world.hat_s3("cp", "--recursive", place, folder),
        "s5cmd": world.s5cmd("cp", f"{place}*", folder),
    }
    if everybody:
        rclone = world.rclone("copy", world.remote(f"{name}/"), folder)
        commands["rclone"] = rclone
        commands["rclone --transfers 64"] = [*rclone, "--transfers", "64"]
        commands["aws"] = world.aws("cp", "--recursive", "--only-show-errors", place, folder)

    def check() -> None:
        assert same_bytes(source, into), "the folder is not what was stored"

    return [
        Runner(each.name, each.command, each.env, each.runs, lambda: emptied(into, 0), check)
        for each in runners_of(world, commands, runs)
    ]


def runners_of(world: World, commands: dict[str, list[str]], runs: int) -> list[Runner]:
    """The commands, each in its client's environment."""
    return [
        Runner(name, command, world.hat.env if name == "hat" else world.env, 1 if name in ONCE else runs)
        for name, command in commands.items()
    ]

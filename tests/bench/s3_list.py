"""Listing: many keys below many prefixes, and the first page of very many in one."""

import json
import pathlib
import statistics
import subprocess
import time

from results import Row, Table
from s3_world import World, shaped_world
from side_by_side import Runner, by_turns, compare, growth, memory
from timing import ms

KEYS_EACH = 200
PREFIXES = 100
TIMES = 10
MILLION = 1_000_000
BUDGET = 0.5
FIRST_PAGE_BUDGET_MS = 50.0
FIRST_PAGES = 10
BUCKET = "com.stuzio.project-x"


def measure_s3_list(table: Table, target: pathlib.Path, _sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    crowds = [
        "--crowd", f"{BUCKET}/some/={PREFIXES}x{KEYS_EACH}",
        "--crowd", f"{BUCKET}/many/={PREFIXES * TIMES}x{KEYS_EACH}",
        "--crowd", f"{BUCKET}/flat/={MILLION}",
        "--crowd", f"{BUCKET}/one/=1",
    ]
    with shaped_world(target, folder, *crowds) as world:
        keys = PREFIXES * KEYS_EACH
        some = by_turns(listers(world, "some/", runs=5))
        counted(world, "some/", keys)
        what = f"list {keys:,} keys"
        compare(table, what, some, {"s5cmd": BUDGET})
        memory(table, what, some["hat"])
        many = by_turns(listers(world, "many/", runs=2))
        what = f"list {keys * TIMES:,} keys"
        compare(table, what, many, {})
        memory(table, what, many["hat"])
        growth(table, f"list {keys:,} keys", some["hat"], many["hat"], TIMES)
        first_page(table, world)


def listers(world: World, prefix: str, runs: int) -> list[Runner]:
    """Each client's listing of everything below the prefix."""
    return [
        Runner("hat", world.hat_s3("ls", "--recursive", world.place(prefix)), world.hat.env, runs),
        Runner("s5cmd", world.s5cmd("ls", world.place(f"{prefix}*")), world.env, runs),
        Runner("rclone", world.rclone("lsf", "-R", "--files-only", world.remote(prefix)), world.env, min(runs, 3)),
        Runner("aws", world.aws("ls", "--recursive", world.place(prefix)), world.env, 1),
    ]


def counted(world: World, prefix: str, keys: int) -> None:
    """A quick listing that is not whole is none."""
    listed = json.loads(world.hat.ok("s3", "ls", "--recursive", world.place(prefix), "--role", world.role, "--json"))
    found = {each["key"] for each in (listed["objects"] if isinstance(listed, dict) else listed)}
    assert len(found) == keys, f"{len(found)} keys of {keys}"


def first_page(table: Table, world: World) -> None:
    """Until the first of a million keys in one prefix is shown, beside the same of a prefix with one key."""
    def took(prefix: str) -> float:
        command = world.hat_s3("ls", "--recursive", world.place(prefix))
        first_line(command, world.hat.env)
        return statistics.median(first_line(command, world.hat.env) for _ in range(FIRST_PAGES))

    one, full = took("one/"), took("flat/")
    added = (full - one) * 1000
    table.add(Row(
        f"{MILLION:,} keys in one prefix, first rows", ms(full), f"a prefix with one key {ms(one)}",
        f"{added:.1f} ms added", f"<= {FIRST_PAGE_BUDGET_MS:.0f} ms added", added <= FIRST_PAGE_BUDGET_MS,
    ))


def first_line(command: list[str], env: dict[str, str]) -> float:
    """Seconds until the command's first line; the rest is not waited for."""
    began = time.perf_counter()
    with subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:
        line = process.stdout.readline()
        took = time.perf_counter() - began
        process.kill()
    assert line, f"{command} showed nothing"
    return took

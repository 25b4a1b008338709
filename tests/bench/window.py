"""The window: how soon it stands, what it holds in memory and what it costs when idle, against an empty Tauri window.

Both are looked at from outside: "usable" is when the picture stood that then stayed.
"""

import os
import pathlib
import signal
import statistics
import subprocess
import time

import process_tree
from peer_processes import Hat
from results import Row, Table
from screen import Screen

STARTS = 7
SETTLE_S, IDLE_S = 5.0, 20.0
BUDGET_RATIO = 1.25
SESSIONS = ["S1", "S2", "S5", "S9", "S13"]


class Window:
    """One program on a screen, from its start until its process group has ended."""

    def __init__(self, command: list[str], env: dict[str, str], screen: Screen):
        self._screen = screen
        self._began = time.monotonic()
        self._process = subprocess.Popen(
            command, env={**env, "DISPLAY": screen.display}, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )

    def usable_after(self) -> float:
        """Seconds until its final picture stood."""
        return self._screen.time_to_final_picture(self._began)

    def processes(self) -> list[int]:
        """Its own process and those of its page."""
        return process_tree.tree(self._process.pid)

    def end(self) -> None:
        """Ends it and waits until its picture is gone."""
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait()
        time.sleep(0.5)


def usable(command: list[str], env: dict[str, str], screen: Screen) -> float:
    """One start."""
    window = Window(command, env, screen)
    try:
        return window.usable_after()
    finally:
        window.end()


def held_and_idle(command: list[str], env: dict[str, str], screen: Screen) -> tuple[float, float]:
    """MiB held and the share of a core used, at rest."""
    window = Window(command, env, screen)
    try:
        time.sleep(SETTLE_S)
        processes = window.processes()
        before = process_tree.cpu_seconds(processes)
        time.sleep(IDLE_S)
        share = (process_tree.cpu_seconds(processes) - before) / IDLE_S
        return process_tree.memory_mib(processes), share
    finally:
        window.end()


def measure_window(table: Table, target: pathlib.Path, sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    hat = Hat(target / "hat", folder, sandbox.env)
    hatrack, empty = [str(target / "hatrack")], [str(target / "examples" / "empty-window")]
    with Screen(folder / "screen") as screen:
        try:
            hat.ok("roles")  # the agent runs already, as after any first use
            pairs = [(usable(hatrack, hat.env, screen), usable(empty, hat.env, screen)) for _ in range(STARTS)]
            compare(table, "window usable, agent running", *map(statistics.median, zip(*pairs)), unit="s")
            for story in (told for told in sandbox.described["stories"] if told["id"] in SESSIONS):
                if not story["mfa_seed"]:
                    hat.ok("switch", story["profile"])
            count = len(hat.json("sessions"))
            ours, ours_cpu = held_and_idle(hatrack, hat.env, screen)
            theirs, theirs_cpu = held_and_idle(empty, hat.env, screen)
            agent = agent_memory(hat)
        finally:
            hat.stop_agent()
    compare(table, f"memory, {count} sessions open", ours, theirs, unit="MiB")
    table.add(Row("... and the agent's own", f"{agent:.0f} MiB"))
    table.add(Row(
        f"idle, shown, {count} countdowns", f"{ours_cpu:.1%} of a core", f"empty window {theirs_cpu:.1%}", "",
        "<= 1 % of a core", ours_cpu <= 0.01,
    ))


def compare(table: Table, what: str, ours: float, theirs: float, unit: str) -> None:
    """Adds a row whose budget is a ratio to the empty window."""
    digits = 2 if unit == "s" else 0
    table.add(Row(
        what, f"{ours:.{digits}f} {unit}", f"empty window {theirs:.{digits}f} {unit}", f"{ours / theirs:.2f} x",
        f"<= {BUDGET_RATIO} x", ours / theirs <= BUDGET_RATIO,
    ))


def agent_memory(hat: Hat) -> float:
    """MiB held by the agent of this home."""
    status = hat.json("agent", "--status")
    return process_tree.memory_mib([status["pid"]])

"""Commands that do the same, run by turns: how long each takes, and how much memory."""

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from results import Row, Table

MEMORY_BUDGET_MB = 300


@dataclass
class Runner:
    """One client's command. `prepare` comes before each run and is not counted; `check` after it."""

    name: str
    command: list[str]
    env: dict[str, str]
    runs: int
    prepare: Callable[[], object] = lambda: None
    check: Callable[[], None] = lambda: None
    seconds: list[float] = field(default_factory=list)
    peak_bytes: int = 0

    def run(self) -> None:
        """Once more."""
        self.prepare()
        began = time.perf_counter()
        process = subprocess.Popen(
            self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        took = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stderr.close()
        assert process.returncode == 0, f"{self.command}: {said.decode()[-2000:]}"
        self.seconds.append(took)
        self.peak_bytes = max(self.peak_bytes, used.ru_maxrss * 1024)
        self.check()

    @property
    def best(self) -> float:
        """The quickest run: what else the computer does only ever makes one slower."""
        return min(self.seconds)


def by_turns(runners: list[Runner]) -> dict[str, Runner]:
    """Runs each as often as it says, one after the other in each round, so that a busy time hits all of them."""
    for turn in range(max(runner.runs for runner in runners)):
        for runner in runners:
            if turn < runner.runs:
                runner.run()
    return {runner.name: runner for runner in runners}


def compare(table: Table, what: str, ran: dict[str, Runner], budgets: dict[str, float]) -> None:
    """Adds a row for each other client; `budgets` say how much of whose time Hatrack may take."""
    ours = ran["hat"]
    for name, other in ran.items():
        if other is ours:
            continue
        ratio = ours.best / other.best
        budget = budgets.get(name)
        table.add(Row(
            what, f"{ours.best:.2f} s", f"{name} {other.best:.2f} s", f"{ratio:.2f} x",
            "" if budget is None else f"<= {budget:g} x", None if budget is None else ratio <= budget,
        ))


def memory(table: Table, what: str, runner: Runner) -> None:
    """Adds a row for the most memory that a run took."""
    megabytes = runner.peak_bytes / 1e6
    table.add(Row(
        f"{what}: memory", f"{megabytes:.0f} MB", budget=f"<= {MEMORY_BUDGET_MB} MB", met=megabytes <= MEMORY_BUDGET_MB,
    ))


def growth(table: Table, what: str, small: Runner, large: Runner, times: float) -> None:
    """Adds a row for how the time grows with the work."""
    table.add(Row(
        f"{what}, {times:g} times the work", f"{large.best:.2f} s", f"{small.best:.2f} s",
        f"{large.best / small.best:.1f} x", "",
    ))

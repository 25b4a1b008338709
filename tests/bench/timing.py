"""How long commands take."""

import os
import statistics
import subprocess
import time


def run_time(command: list[str], env: dict[str, str]) -> float:
    """Seconds from start to end of one successful run."""
    began = time.perf_counter()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    took = time.perf_counter() - began
    assert done.returncode == 0, f"{command}: {done.stderr.decode()}"
    return took


def median_of(command: list[str], env: dict[str, str], runs: int) -> float:
    """The median of `runs` runs, after one that warms caches up."""
    run_time(command, env)
    return statistics.median(run_time(command, env) for _ in range(runs))


def ms(seconds: float) -> str:
    """In milliseconds, as a person reads it."""
    return f"{seconds * 1000:.1f} ms"


def program(name: str) -> str | None:
    """Where a program of the system is; the test environment's own folder is not looked at."""
    for folder in ("/usr/local/bin", "/usr/bin"):
        if os.access(f"{folder}/{name}", os.X_OK):
            return f"{folder}/{name}"
    return None

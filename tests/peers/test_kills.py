"""The agent killed at any moment: what it had acknowledged is in the history, and the next one starts.

A few rounds in `make test`; `make soak` sets KILL_ROUNDS to many.
"""

import concurrent.futures
import json
import os
import random
import signal
import time

import pytest

ROUNDS = int(os.environ.get("KILL_ROUNDS", "6"))
SWITCHES = 4
LATEST_KILL_S = 0.12


@pytest.fixture
def hat(new_hat, sandbox):
    return new_hat(sandbox.env)


def switch(hat, name: str) -> str | None:
    """The session's ID, if the switch was acknowledged."""
    done = hat.run("switch", "data-reader", "--session-name", name, "--json")
    if done.returncode != 0:
        # Only the agent's death may be the reason.
        assert done.returncode == 1, done
        return None
    return json.loads(done.stdout)["id"]


def kill_agent_after(hat, seconds: float) -> None:
    """SIGKILL, at a moment that falls anywhere in the switches' work."""
    pid = hat.json("agent", "--status")["pid"]
    time.sleep(seconds)
    os.kill(pid, signal.SIGKILL)


def test_g67_no_acknowledged_row_is_lost_and_the_next_agent_starts(hat):
    chance = random.Random(67)
    acknowledged = set()
    for number in range(ROUNDS):
        hat.ok("sessions")  # an agent runs
        with concurrent.futures.ThreadPoolExecutor(SWITCHES + 1) as pool:
            killing = pool.submit(kill_agent_after, hat, chance.uniform(0, LATEST_KILL_S))
            switching = [pool.submit(switch, hat, f"round-{number}-{count}") for count in range(SWITCHES)]
            killing.result()
            acknowledged |= {done.result() for done in switching} - {None}
        rows = json.loads(hat.ok("history", "--export", "json"))
        kept = {row["session_id"] for row in rows if row["event"] == "switch"}
        assert acknowledged <= kept, f"round {number}: {acknowledged - kept} lost"
    print(f"{ROUNDS} kills, {len(acknowledged)} acknowledged switches, none lost")

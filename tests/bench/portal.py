"""An organisation of 665 accounts behind a portal that takes 20 requests a second: how long from a cold cache, and how
long when it is known?"""

import json
import pathlib
import statistics
import time

from peer_processes import Hat, SandboxServer
from results import Row, Table
from sandbox_sign_in import SCOPE, DeviceSignIn
from timing import ms, run_time

ACCOUNTS = 665
RATE = 20
PAGE = 100
RUNS = 20
COLD_BUDGET = 1.05
WARM_BUDGET_S = 0.100
POLL_S = 0.05
LIMIT_S = 120


def floor_s(accounts: int) -> float:
    """What the limit alone makes it take: a page of accounts at a time, each account's roles, one second's requests
    saved up before."""
    requests = -(-accounts // PAGE) + accounts
    return (requests - RATE) / RATE


def measure_portal(table: Table, target: pathlib.Path, _sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    limits = ["--portal-accounts", str(ACCOUNTS), "--portal-rate", str(RATE)]
    with SandboxServer(target / "hat", folder, *limits) as sandbox:
        hat = Hat(target / "hat", folder, sandbox.env)
        try:
            portal = sandbox.described["sign_in"]["portals"][0]
            way = DeviceSignIn(sandbox.described["endpoint"], portal, [SCOPE])
            way.decide("allow", portal["users"][0]["name"])
            token = way.poll()
            way.write_cache(hat.home, token, time.time() + token["expiresIn"])
            accounts, cold = listed_from_cold(hat, portal["session"])
            warm = statistics.median(run_time([str(hat.binary), "roles", "--json"], hat.env) for _ in range(RUNS))
            listed = len({role["account_id"] for role in json.loads(hat.ok("roles", "--json"))})
        finally:
            hat.stop_agent()
    assert accounts >= ACCOUNTS and listed >= accounts, f"{accounts} accounts, {listed} of them listed"
    floor = floor_s(accounts)
    table.add(Row(
        f"{accounts} accounts, {RATE} requests/s, cold cache", f"{cold:.1f} s", f"the limit alone {floor:.1f} s",
        f"{cold / floor:.3f} x", f"<= {COLD_BUDGET} x", cold <= floor * COLD_BUDGET,
    ))
    table.add(Row(
        f"{accounts} accounts from the cache (hat roles --json)", ms(warm), budget=f"<= {WARM_BUDGET_S * 1000:.0f} ms",
        met=warm <= WARM_BUDGET_S,
    ))


def listed_from_cold(hat: Hat, name: str) -> tuple[int, float]:
    """How many accounts the portal has, and the seconds until all were listed."""
    began = time.perf_counter()
    while time.perf_counter() - began < LIMIT_S:
        state = next(state for state in hat.json("login", "--list") if state["portal"]["name"] == name)
        if state["accounts"] is not None:
            return state["accounts"], time.perf_counter() - began
        time.sleep(POLL_S)
    raise AssertionError(f"the portal was not listed within {LIMIT_S} s")

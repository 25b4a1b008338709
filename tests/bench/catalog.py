"""A shared config of 10,000 profiles: how long from the file to the list?"""

import json
import os
import pathlib
import statistics
import time

from peer_processes import Hat
from results import Row, Table
from timing import median_of, ms, program, run_time

PROFILES = 10_000
RUNS, AWS_RUNS = 20, 5
BUDGET_S = 0.100


def large_config(path: pathlib.Path) -> None:
    """Roles in 500 accounts, each from one of 20 identities."""
    lines = [f"[profile keys{number}]\nregion = eu-west-1\n" for number in range(20)]
    for number in range(PROFILES - 20):
        account = 100_000_000_000 + number % 500
        lines.append(
            f"[profile team-{number % 500}-role-{number}]\nrole_arn = arn:aws:iam::{account}:role/Role{number}\n"
            f"source_profile = keys{number % 20}\nregion = eu-west-1\nduration_seconds = 3600\n"
        )
    path.write_text("\n".join(lines))


def measure_catalog(table: Table, target: pathlib.Path, sandbox, folder: pathlib.Path) -> None:
    """Adds the rows: a list of a file that just changed, by a new process, with the agent running."""
    config, keys = folder / "large", folder / "keys"
    large_config(config)
    keys.write_text("".join(
        f"[keys{number}]\naws_access_key_id = AKIAEXAMPLE{number:05}\naws_secret_access_key = example\n"
        for number in range(20)
    ))
    env = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys)}
    hat = Hat(target / "hat", folder, env)
    command = [str(hat.binary), "roles", "--json"]
    try:
        listed = json.loads(hat.ok("roles", "--json"))
        assert len(listed) == PROFILES - 20, f"{len(listed)} roles"
        times = []
        for _ in range(RUNS):
            # Another modification time: the agent must read the file again.
            now = time.time_ns()
            os.utime(config, ns=(now, now))
            times.append(run_time(command, hat.env))
        ours = statistics.median(times)
    finally:
        hat.stop_agent()
    aws = program("aws")
    theirs = median_of([aws, "configure", "list-profiles"], hat.env, AWS_RUNS) if aws else None
    compared = f"aws configure list-profiles {ms(theirs)}" if theirs else ""
    ratio = f"{theirs / ours:.1f} x faster" if theirs else ""
    table.add(Row(
        f"{PROFILES:,} profiles, file to list (hat roles --json)", ms(ours), compared, ratio,
        f"<= {BUDGET_S * 1000:.0f} ms", ours <= BUDGET_S,
    ))

"""What a switch takes beyond the SDK's AssumeRole: measured by a Rust program, since both sides must be in one."""

import json
import pathlib
import subprocess

from peer_processes import Hat
from results import Row, Table

ROUNDS = 100
BUDGET_MS = 10.0


def measure_switch(table: Table, target: pathlib.Path, sandbox, folder: pathlib.Path) -> None:
    """Adds the row."""
    story = next(told for told in sandbox.described["stories"] if told["id"] == "S1")
    task = {
        "endpoint": sandbox.env["AWS_ENDPOINT_URL"], "rounds": ROUNDS,
        **{name: story[name] for name in ("profile", "role_arn", "access_key_id", "secret_access_key")},
    }
    hat = Hat(target / "hat", folder, sandbox.env)
    try:
        hat.ok("roles")  # starts the agent
        done = subprocess.run(
            [str(target / "examples" / "switch-overhead")], env=hat.env, input=json.dumps(task),
            capture_output=True, text=True, check=True,
        )
    finally:
        hat.stop_agent()
    told = json.loads(done.stdout)
    added = told["switch_ms"] - told["bare_ms"]
    table.add(Row(
        "switch through the agent", f"{told['switch_ms']:.1f} ms", f"the SDK's AssumeRole {told['bare_ms']:.1f} ms",
        f"{added:.1f} ms added", f"<= {BUDGET_MS:.0f} ms added", added <= BUDGET_MS,
    ))

"""What deciding one request by 1,000 policies of 50 statements takes: measured by a Rust program."""

import json
import pathlib
import subprocess

from results import Row, Table

BUDGET_MS = 5.0


def measure_policy_evaluation(table: Table, target: pathlib.Path, _sandbox, _folder: pathlib.Path) -> None:
    """Adds the row."""
    done = subprocess.run([str(target / "examples" / "policy-evaluation")], capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    table.add(Row(
        f"one request by {told['policies']:,} policies of {told['statements']} statements",
        f"{told['median_ms']:.2f} ms", f"worst {told['worst_ms']:.2f} ms", "", f"<= {BUDGET_MS:.0f} ms",
        told["median_ms"] <= BUDGET_MS,
    ))

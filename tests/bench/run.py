"""`make bench`: everything is measured side by side in one run, so that ratios mean something on any machine.

Needs the release builds of `hatrack`, `hat` and the two examples; scripts/bench makes them. Exits 1 when a budget is
missed.
"""

import os
import pathlib
import sys
import tempfile

from callers import measure_parallel_callers
from catalog import measure_catalog
from credential_process import measure_credential_process
from peer_processes import SandboxServer
from policy_evaluation import measure_policy_evaluation
from portal import measure_portal
from results import Table
from s3_large import measure_s3_large
from s3_list import measure_s3_list
from s3_small import measure_s3_small
from switch_overhead import measure_switch
from window import measure_window


def main() -> int:
    """Measures all, or those whose names are given."""
    target = pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "release"
    measures = {
        "credential-process": measure_credential_process,
        "callers": measure_parallel_callers,
        "switch": measure_switch,
        "catalog": measure_catalog,
        "policy": measure_policy_evaluation,
        "portal": measure_portal,
        "s3-list": measure_s3_list,
        "s3-large": measure_s3_large,
        "s3-small": measure_s3_small,
        "window": measure_window,
    }
    wanted = sys.argv[1:] or list(measures)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="hatrack-bench-") as scratch:
        for name in wanted:
            folder = pathlib.Path(scratch) / name
            folder.mkdir()
            with SandboxServer(target / "hat", folder) as sandbox:
                measures[name](table, target, sandbox, folder)
    print(f"\n{table}")
    return 1 if table.missed() else 0


if __name__ == "__main__":
    sys.exit(main())

"""Many programs ask at once for a session that there is not yet: how often is STS called?"""

import pathlib
import subprocess
import time

from counting_proxy import CountingProxy
from peer_processes import Hat
from results import Row, Table

CALLERS = 200


def measure_parallel_callers(table: Table, target: pathlib.Path, sandbox, folder: pathlib.Path) -> None:
    """Adds the row."""
    with CountingProxy(sandbox.env["AWS_ENDPOINT_URL"]) as proxy:
        config = folder / "config"
        config.write_text(
            pathlib.Path(sandbox.env["AWS_CONFIG_FILE"]).read_text().replace(sandbox.env["AWS_ENDPOINT_URL"], proxy.url)
        )
        hat = Hat(target / "hat", folder, {
            **sandbox.env, "AWS_ENDPOINT_URL": proxy.url, "AWS_CONFIG_FILE": str(config),
        })
        command = [str(hat.binary), "credential-process", "data-reader", "--allow-endpoint"]
        try:
            began = time.perf_counter()
            started = [
                subprocess.Popen(command, env=hat.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
                for _ in range(CALLERS)
            ]
            answers = {process.communicate()[0] for process in started}
            took = time.perf_counter() - began
            assert all(process.returncode == 0 for process in started), "a caller failed"
        finally:
            hat.stop_agent()
        calls = proxy.calls.get("AssumeRole", 0)
    assert len(answers) == 1, f"{len(answers)} different answers"
    table.add(Row(
        f"{CALLERS} parallel callers, no session, no agent", f"{calls} STS call(s) in {took:.2f} s", budget="1 STS call",
        met=calls == 1,
    ))

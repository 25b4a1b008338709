"""`hat credential-process` with a live session, against `aws configure export-credentials` with a cached one.

The AWS CLI is given its best case: it finds the role's credentials in its own cache, and no call is made.
"""

import hashlib
import json
import pathlib

from peer_processes import Hat
from results import Row, Table
from timing import median_of, ms, program

RUNS, AWS_RUNS = 200, 15
BUDGET_S, BUDGET_RATIO = 0.010, 40


def cached_for_the_aws_cli(home: pathlib.Path, role_arn: str, held: dict) -> None:
    """Writes the AWS CLI's cache entry of AssumeRole: its name is the SHA-1 of the call's arguments."""
    name = hashlib.sha1(json.dumps({"RoleArn": role_arn}, sort_keys=True).encode()).hexdigest()
    cache = home / ".aws" / "cli" / "cache"
    cache.mkdir(parents=True)
    credentials = {
        "AccessKeyId": held["AccessKeyId"], "SecretAccessKey": held["SecretAccessKey"],
        "SessionToken": held["SessionToken"], "Expiration": held["Expiration"],
    }
    (cache / f"{name}.json").write_text(json.dumps({"Credentials": credentials}))


def measure_credential_process(table: Table, target: pathlib.Path, sandbox, folder: pathlib.Path) -> None:
    """Adds the rows."""
    story = next(told for told in sandbox.described["stories"] if told["id"] == "S1")
    hat = Hat(target / "hat", folder, sandbox.env)
    try:
        held = json.loads(hat.ok("credential-process", story["profile"]))
        ours = median_of([str(hat.binary), "credential-process", story["profile"]], hat.env, RUNS)
    finally:
        hat.stop_agent()

    what = "hat credential-process, session live"
    within = ours <= BUDGET_S
    aws = program("aws")
    if aws is None:
        table.add(Row(what, ms(ours), "the AWS CLI 2 is not installed", "", f"<= {BUDGET_S * 1000:.0f} ms", within))
        return
    cached_for_the_aws_cli(folder, story["role_arn"], held)
    command = [aws, "configure", "export-credentials", "--format", "process", "--profile", story["profile"]]
    theirs = median_of(command, hat.env, AWS_RUNS)
    table.add(Row(
        what, ms(ours), f"aws configure export-credentials {ms(theirs)}", f"{theirs / ours:.0f} x faster",
        f"<= {BUDGET_S * 1000:.0f} ms, >= {BUDGET_RATIO} x", within and theirs / ours >= BUDGET_RATIO,
    ))

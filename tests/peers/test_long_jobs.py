"""Jobs that outlive their sessions: boto3 and the AWS CLI by `hat exec`, by a profile and by an endpoint, all at once, on a
sandbox whose sessions soon end.

Through two renewals in `make test`. `make soak` sets LONG_JOB_S, and the sessions live as long as its own do there.
"""

import concurrent.futures
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from peer_processes import COMMAND_LIMIT_S, TOOLS, Hat, SandboxServer, bare_environment

ROLE = "data-reader"
FOR_S = int(os.environ.get("LONG_JOB_S", "0"))
# A quarter of it is what is left at least of credentials that are handed out: time enough on a slow computer.
LIFE_S = 60 if FOR_S else 24
KEYS = 3
LIMIT_S = FOR_S + 150
# As anybody would write it. It ends with the first error.
PROGRAM = """
import json, sys, time, boto3
bucket, for_s, keys = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
session = boto3.Session()
sts, s3 = session.client("sts"), session.client("s3")
seen, calls, until = [], 0, time.monotonic() + for_s
while time.monotonic() < until or len(set(seen)) < keys:
    sts.get_caller_identity()
    s3.list_objects_v2(Bucket=bucket)
    calls += 2
    key = session.get_credentials().get_frozen_credentials().access_key
    if key not in seen:
        seen.append(key)
    time.sleep(0.1)
print(json.dumps({"calls": calls, "keys": seen}))
"""


@pytest.fixture(scope="module")
def short_lived(hat_binary, tmp_path_factory):
    with SandboxServer(hat_binary, tmp_path_factory.mktemp("short-lived"), "--max-life", f"{LIFE_S}s") as server:
        yield server


@contextlib.contextmanager
def endpoint(hat: Hat):
    """`hat serve` in the foreground, and the variables that it prints."""
    serving = subprocess.Popen(
        [str(hat.binary), "serve", ROLE, "--shell", "json"], env=hat.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    )
    try:
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(serving.stdout.readline())
            assert lines[-1], f"hat serve ended: {lines}"
        yield json.loads("".join(lines))
    finally:
        serving.send_signal(signal.SIGINT)
        serving.wait(COMMAND_LIMIT_S)
        serving.stdout.close()
    assert serving.returncode == 0


def run(command: list[str], env: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(command, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=LIMIT_S)


def job(hat: Hat, env: dict[str, str], bucket: str, *before: str) -> dict:
    """The program, through to its end."""
    done = run([*before, sys.executable, "-c", PROGRAM, bucket, str(FOR_S), str(KEYS)], env)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def commands(ways: list[tuple[list[str], dict[str, str]]], ended: threading.Event) -> int:
    """`aws sts get-caller-identity`, each way in turn, until the programs are done."""
    count = 0
    while not ended.is_set():
        for before, env in ways:
            done = run([*before, str(TOOLS / "aws"), "sts", "get-caller-identity"], env)
            assert done.returncode == 0, (before, done.stderr)
            count += 1
    return count


def test_jobs_run_through_renewals_by_exec_by_profile_and_by_endpoint(short_lived, new_hat, tmp_path):
    bucket = next(told for told in short_lived.described["stories"] if told["profile"] == ROLE)["bucket"]
    files = {}
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        with open(short_lived.env[name], "rb") as theirs:
            (tmp_path / name).write_bytes(theirs.read())
        (tmp_path / name).chmod(0o600)
        files[name] = str(tmp_path / name)
    hat = new_hat({**short_lived.env, **files})
    hat.ok("profile", "write", ROLE, "--as", "long-job", "--yes")
    (tmp_path / "elsewhere").mkdir()
    bare = {name: value for name, value in bare_environment(tmp_path / "elsewhere").items() if name != "HATRACK_HOME"}
    aws = {"AWS_ENDPOINT_URL": short_lived.env["AWS_ENDPOINT_URL"]}
    exec_ = [str(hat.binary), "exec", ROLE, "--"]
    since = time.monotonic()
    with endpoint(hat) as variables, concurrent.futures.ThreadPoolExecutor(4) as pool:
        by_profile = {**bare, **files, **aws, "AWS_PROFILE": "long-job"}
        by_endpoint = {**bare, **aws, **variables}
        jobs = {
            "exec": pool.submit(job, hat, hat.env, bucket, *exec_),
            "profile": pool.submit(job, hat, by_profile, bucket),
            "endpoint": pool.submit(job, hat, by_endpoint, bucket),
        }
        ended = threading.Event()
        by_cli = pool.submit(commands, [(exec_, hat.env), ([], by_profile), ([], by_endpoint)], ended)
        try:
            done = {way: told.result() for way, told in jobs.items()}
        finally:
            ended.set()
        ran = by_cli.result()
        uses = hat.json("serve", "--log")[0]
    took = time.monotonic() - since
    assert took >= FOR_S and ran > 0
    for way, told in done.items():
        assert len(told["keys"]) >= KEYS, (way, told)
        print(f"{way}: {took:.0f} s, {told['calls']} calls of boto3 through {len(told['keys']) - 1} renewals, none failed")
    print(f"the AWS CLI: {ran} runs beside them, none failed")
    assert uses["served"] > 0 and uses["refused"] == 0, uses
    rows = [row for row in hat.json("history") if row["event"] in ("switch", "renew")]
    assert len({row["session_id"] for row in rows}) == 1, "they share one session"
    assert all(row["outcome"] == "ok" for row in rows), rows

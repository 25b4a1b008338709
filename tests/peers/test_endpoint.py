"""The endpoint that `hat serve` opens: boto3 and the AWS CLI get their credentials there, unchanged."""

import json
import os
import pathlib
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request

import pytest

from peer_processes import COMMAND_LIMIT_S, aws_cli, bare_environment

ROLE = "data-reader"
ADDRESS, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# As anybody would write it: not a word about Hatrack.
PROGRAM = """
import json, os, sys, boto3
session = boto3.Session()
s3 = session.client("s3")
bucket, key = sys.argv[1:]
listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
held = session.get_credentials()
print(json.dumps({"listed": listed, "method": held.method, "key": held.get_frozen_credentials().access_key, "pid": os.getpid()}))
"""


@pytest.fixture
def story(sandbox) -> dict:
    return next(told for told in sandbox.described["stories"] if told["profile"] == ROLE)


@pytest.fixture
def hat(new_hat, sandbox):
    return new_hat(sandbox.env)


@pytest.fixture
def env(hat, sandbox, tmp_path) -> dict[str, str]:
    """Of a program that has the endpoint and no files: neither a profile nor a key."""
    variables = json.loads(hat.ok("serve", ROLE, "--detach", "--shell", "json"))
    assert ADDRESS in variables and TOKEN in variables and "AWS_SECRET_ACCESS_KEY" not in variables
    home = tmp_path / "elsewhere"
    home.mkdir()
    bare = {name: value for name, value in bare_environment(home).items() if name != "HATRACK_HOME"}
    return {**bare, **variables, "AWS_ENDPOINT_URL": sandbox.env["AWS_ENDPOINT_URL"]}


def log(hat) -> dict:
    return hat.json("serve", "--log")[0]


def test_boto3_gets_the_session_and_the_log_names_its_process(hat, env, story):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, story["bucket"], story["keys"][0]],
        env=env, capture_output=True, text=True, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert story["keys"][0] in told["listed"]
    assert told["method"] == "container-role"
    assert told["key"] == json.loads(hat.ok("credential-process", ROLE))["AccessKeyId"]
    uses = log(hat)["uses"]
    assert uses and all(use["outcome"] == "served" for use in uses)
    if sys.platform == "linux":
        program = pathlib.Path(os.path.realpath(sys.executable)).name
        assert {(use["process"]["pid"], use["process"]["program"]) for use in uses} == {(told["pid"], program)}


def test_the_aws_cli_gets_it_too(env, story):
    told = aws_cli("sts", "get-caller-identity", env=env)
    assert told.returncode == 0, told.stderr
    assert f"/{story['role_arn'].rsplit('/', 1)[1]}/" in json.loads(told.stdout)["Arn"]


def test_after_the_switch_back_it_gives_nothing(hat, env):
    hat.ok("end", ROLE)
    asked = urllib.request.Request(env[ADDRESS], headers={"Authorization": env[TOKEN]})
    with pytest.raises((urllib.error.URLError, ConnectionError)):
        urllib.request.urlopen(asked, timeout=COMMAND_LIMIT_S)
    told = aws_cli("sts", "get-caller-identity", env=env)
    assert told.returncode != 0 and "Arn" not in told.stdout


def test_e58_of_twelve_requests_one_is_served(hat, env):
    host = env[ADDRESS].removeprefix("http://").split("/")[0]
    right = {"Authorization": env[TOKEN]}
    hostile = [
        ("GET", env[ADDRESS], {}),
        ("GET", env[ADDRESS], {"Authorization": "0" * 64}),
        ("GET", env[ADDRESS], {"Authorization": f"Bearer {env[TOKEN]}"}),
        ("GET", env[ADDRESS], {**right, "Host": "evil.example"}),
        ("GET", env[ADDRESS], {**right, "Host": host.replace("127.0.0.1", "localhost")}),
        ("GET", env[ADDRESS], {**right, "Origin": "http://evil.example"}),
        ("GET", env[ADDRESS], {**right, "Sec-Fetch-Mode": "no-cors"}),
        ("POST", env[ADDRESS], right),
        ("HEAD", env[ADDRESS], right),
        ("OPTIONS", env[ADDRESS], right),
        ("GET", f"http://{host}/", right),
    ]
    for method, address, headers in hostile:
        asked = urllib.request.Request(address, method=method, headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=COMMAND_LIMIT_S)
        with refused.value as answer:
            assert answer.code == 403, (method, headers)
            assert b"ASIA" not in answer.read()
    with urllib.request.urlopen(urllib.request.Request(env[ADDRESS], headers=right), timeout=COMMAND_LIMIT_S) as answer:
        given = json.load(answer)
    assert set(given) >= {"AccessKeyId", "SecretAccessKey", "Token", "Expiration"}
    assert (log(hat)["served"], log(hat)["refused"]) == (1, 11)


def test_while_it_asks_for_a_code_it_can_be_ended(hat, sandbox):
    guarded = next(told for told in sandbox.described["stories"] if told["id"] == "X2")
    ours, terminal = os.openpty()
    serving = subprocess.Popen(
        ["setsid", "--ctty", str(hat.binary), "serve", guarded["profile"]],
        env=hat.env, stdin=terminal, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    os.close(terminal)
    try:
        shown = b""
        while b"MFA code" not in shown:
            assert select.select([ours], [], [], COMMAND_LIMIT_S)[0], shown
            shown += os.read(ours, 4096)
        # As with Ctrl-C, which a shell without a terminal may have its children ignore.
        serving.terminate()
        assert serving.wait(COMMAND_LIMIT_S) == -signal.SIGTERM
    finally:
        serving.kill()
        serving.wait()
        os.close(ours)

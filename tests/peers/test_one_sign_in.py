"""One sign-in serves `hat`, boto3 and the AWS CLI, whichever signed in first: they share the AWS CLI's own cache."""

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest

from peer_processes import COMMAND_LIMIT_S, Hat, aws_cli
from sandbox_sign_in import SCOPE, DeviceSignIn

PROGRAM = """
import json, sys, boto3
session = boto3.Session(profile_name=sys.argv[1])
print(json.dumps([found["Key"] for found in session.client("s3").list_objects_v2(Bucket=sys.argv[2])["Contents"]]))
"""


@pytest.fixture
def story(sandbox) -> dict:
    return sandbox.described["sign_in"]


@pytest.fixture
def hat(new_hat, sandbox) -> Hat:
    return new_hat(sandbox.env)


def allow(page: str, user: str) -> None:
    """Answers a sign-in page as a browser would, and follows where it leads."""
    address, _, query = page.partition("?")
    form = f"{query}&{urllib.parse.urlencode({'user': user, 'decision': 'allow'})}"
    with urllib.request.urlopen(address, data=form.encode(), timeout=COMMAND_LIMIT_S) as landed:
        assert landed.status == 200


def login(hat: Hat, portal: dict, *options: str) -> None:
    """`hat login`, to its end."""
    with subprocess.Popen(
        [str(hat.binary), "login", portal["session"], *options], env=hat.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as waiting:
        told = waiting.stderr.readline()
        page = next(word.rstrip(",;") for word in told.split() if word.startswith("http://"))
        allow(page, portal["users"][0]["name"])
        _, errors = waiting.communicate(timeout=COMMAND_LIMIT_S)
    assert waiting.returncode == 0, told + errors


def listed_by_boto3(hat: Hat, story: dict) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, story["profile"], story["bucket"]], env=hat.env, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("options", [["--no-browser"], ["--device"]], ids=["browser", "code"])
def test_boto3_and_the_aws_cli_read_the_token_that_hat_wrote(hat, story, options):
    login(hat, story["portals"][0], *options)
    assert set(story["keys"]) <= set(listed_by_boto3(hat, story))
    done = aws_cli("sts", "get-caller-identity", "--profile", story["profile"], env=hat.env)
    assert done.returncode == 0, done.stderr
    assert f":assumed-role/AWSReservedSSO_{story['role_name']}_" in json.loads(done.stdout)["Arn"]


def test_hat_reads_the_token_that_another_tool_wrote(hat, story, sandbox):
    portal = story["portals"][0]
    way = DeviceSignIn(sandbox.described["endpoint"], portal, [SCOPE])
    assert "Request approved" in way.decide("allow", portal["users"][0]["name"])
    token = way.poll()
    way.write_cache(hat.home, token, time.time() + token["expiresIn"])
    session = hat.json("switch", story["profile"])
    assert (session["account_id"], session["role_name"]) == (story["account_id"], story["role_name"])
    # Signed in there is signed in here: nobody is asked again.
    hat.ok("login", portal["session"])


def test_signed_out_by_hat_is_signed_out_for_boto3(hat, story):
    login(hat, story["portals"][0], "--no-browser")
    assert listed_by_boto3(hat, story)
    hat.ok("logout", story["portals"][0]["session"])
    with pytest.raises(AssertionError, match="SSO"):
        listed_by_boto3(hat, story)


@pytest.mark.parametrize("identity", ["machine", "web"])
def test_boto3_runs_unchanged_on_what_hat_hands_out_for_a_machine(hat, sandbox, identity):
    profile = {"machine": "report-server", "web": "pipeline"}[identity]
    credentials = json.loads(hat.ok("credential-process", profile))
    assert credentials["Version"] == 1 and credentials["SessionToken"]
    env = {**hat.env, "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
           "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"], "AWS_SESSION_TOKEN": credentials["SessionToken"]}
    done = aws_cli("sts", "get-caller-identity", env=env)
    assert done.returncode == 0, done.stderr
    assert ":assumed-role/" in json.loads(done.stdout)["Arn"]

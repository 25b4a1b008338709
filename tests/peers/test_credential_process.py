"""SDKs that get their credentials from `hat`: boto3 and the AWS CLI, through a line in the config and nothing else."""

import json
import pathlib
import subprocess
import sys

import pytest

from peer_processes import COMMAND_LIMIT_S, aws_cli

ROLE = "data-reader"
# As anybody would write it: not a word about Hatrack.
PROGRAM = """
import json, sys, boto3
s3 = boto3.Session(profile_name="via-hat").client("s3")
bucket, key = sys.argv[1:]
listed = [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]]
content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
print(json.dumps({"listed": listed, "length": len(content)}))
"""


@pytest.fixture
def story(sandbox) -> dict:
    return next(told for told in sandbox.described["stories"] if told["profile"] == ROLE)


@pytest.fixture
def hat(new_hat, sandbox, hat_binary, tmp_path):
    """The sandbox's own config with one profile more, whose credentials come from `hat`."""
    written = pathlib.Path(sandbox.env["AWS_CONFIG_FILE"]).read_text()
    mine = tmp_path / "config"
    mine.write_text(
        f"{written}\n[profile via-hat]\ncredential_process = \"{hat_binary}\" credential-process {ROLE}\n"
        f"region = eu-west-1\nendpoint_url = {sandbox.env['AWS_ENDPOINT_URL']}\n"
    )
    return new_hat({**sandbox.env, "AWS_CONFIG_FILE": str(mine)})


def test_boto3_lists_and_reads_unchanged(hat, story):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, story["bucket"], story["keys"][0]],
        env=hat.env, capture_output=True, text=True, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert story["keys"][0] in told["listed"]
    assert told["length"] > 0


def test_the_aws_cli_reads_through_the_same_line(hat, story):
    told = aws_cli("sts", "get-caller-identity", "--profile", "via-hat", env=hat.env)
    assert told.returncode == 0, told.stderr
    assert f"/{story['role_arn'].rsplit('/', 1)[1]}/" in json.loads(told.stdout)["Arn"]


def test_the_second_caller_gets_the_live_session(hat):
    first = json.loads(hat.ok("credential-process", ROLE))
    second = json.loads(hat.ok("credential-process", ROLE))
    assert first["Version"] == 1
    assert first["AccessKeyId"] == second["AccessKeyId"]
    assert len(hat.json("sessions")) == 1


def test_a_profile_whose_command_is_hat_is_an_alias_and_no_way_round_in_circles(hat):
    alias = json.loads(hat.ok("credential-process", "via-hat"))
    assert alias["AccessKeyId"] == json.loads(hat.ok("credential-process", ROLE))["AccessKeyId"]


def test_exec_beats_a_hostile_default_profile(hat, story, tmp_path):
    hostile = tmp_path / "hostile"
    hostile.write_text("[default]\naws_access_key_id = AKIAHOSTILE\naws_secret_access_key = hostile\n")
    env = {"AWS_DEFAULT_PROFILE": "stale", "HOME": str(tmp_path)}
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(hostile.read_text())
    told = hat.ok("exec", ROLE, "--", "aws", "sts", "get-caller-identity", env=env)
    assert f"/{story['role_arn'].rsplit('/', 1)[1]}/" in json.loads(told)["Arn"]


def test_exec_ends_as_its_command_ends(hat):
    assert hat.run("exec", ROLE, "--", "sh", "-c", "exit 7").returncode == 7

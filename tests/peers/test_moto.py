"""`hat` against moto, for all that moto can witness."""

import json

import boto3
import pytest

import moto_world as world
from peer_processes import aws_cli


@pytest.fixture(scope="module")
def troy(moto):
    return world.seed(moto)


@pytest.fixture
def shared_files(tmp_path, moto, troy):
    return world.write_config(tmp_path, moto, troy)


@pytest.fixture
def hat(new_hat, shared_files):
    return new_hat(shared_files)


def who_is(moto, credentials: dict) -> str:
    """The ARN that moto knows the credentials by."""
    client = boto3.client(
        "sts", endpoint_url=moto.url, region_name=world.REGION,
        aws_access_key_id=credentials["AccessKeyId"], aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )
    return client.get_caller_identity()["Arn"]


# moto is no AWS: each request that is signed for it says that it may be.
AGREED = "--allow-endpoint"


def handed_out(hat, role: str, env=None) -> dict:
    return json.loads(hat.ok("credential-process", role, AGREED, env=env))


def test_nothing_is_signed_for_an_endpoint_that_nobody_agreed_to(hat):
    hat.refused("switch", "consultant", code=3)
    hat.refused("credential-process", "troy", code=3)


def test_static_keys_switch_and_moto_knows_the_session(hat, moto):
    session = hat.json("switch", "consultant", AGREED, "--session-name", "troy-at-work")
    assert session["account_id"] == world.STUZIO
    assert session["assumed_role_arn"].endswith(":assumed-role/StuzioAcmeConsultantRole/troy-at-work")
    held = handed_out(hat, "consultant")
    assert held["AccessKeyId"] == session["access_key_id"], "the live session serves"
    assert who_is(moto, held) == session["assumed_role_arn"]


def test_the_environment_as_identity(hat, moto, troy, shared_files):
    keys = {"AWS_ACCESS_KEY_ID": troy.access_key_id, "AWS_SECRET_ACCESS_KEY": troy.secret_access_key}
    held = handed_out(hat, "environment", env=keys)
    assert ":assumed-role/StuzioAcmeConsultantRole/" in who_is(moto, held)
    hat.refused("switch", "environment", AGREED, "--session-name", "without-keys")


def test_a_chain_takes_each_hop(hat, moto):
    session = hat.json("switch", "chained", AGREED)
    # moto rounds its Date down and its Expiration up.
    assert session["seconds_left"] <= 3600 + 1
    assert ":assumed-role/StuzioAcmeConsultantRole/" in who_is(moto, handed_out(hat, "chained"))


def test_a_profile_with_only_keys_gives_a_session_token(hat, troy):
    # moto does not know the tokens that its own GetSessionToken gives out, so it is not asked who they are.
    held = handed_out(hat, "troy")
    assert held["SessionToken"]
    assert held["AccessKeyId"] != troy.access_key_id


def test_a_role_that_the_identity_may_not_assume_is_refused_and_remembered(hat):
    # moto writes this refusal otherwise than STS does (a page of HTML, errors in a list): that it is an AccessDenied
    # is for the sandbox to show.
    hat.refused("switch", "closed", AGREED)
    assert [row["arn"] for row in hat.json("history") if row["outcome"] != "ok"] == [world.CLOSED]


def test_buckets_are_listed_walked_and_read(hat, tmp_path):
    assert world.BUCKET in json.dumps(hat.json("s3", "ls", "--role", "consultant", AGREED))
    assert "drawings/" in hat.ok("s3", "ls", f"s3://{world.BUCKET}/", "--role", "consultant", AGREED)
    assert "plan.txt" in hat.ok("s3", "ls", f"s3://{world.BUCKET}/drawings/", "--role", "consultant", AGREED)
    hat.ok("s3", "cp", f"s3://{world.BUCKET}/{world.KEY}", str(tmp_path / "plan.txt"), "--role", "consultant", AGREED)
    assert (tmp_path / "plan.txt").read_bytes() == world.CONTENT


def test_a_switch_is_what_the_aws_cli_makes_of_the_same_profile(hat, shared_files):
    told = aws_cli("sts", "get-caller-identity", "--profile", "consultant", env={**hat.env, **shared_files})
    assert told.returncode == 0, told.stderr
    ours = hat.json("switch", "consultant", AGREED)
    assert json.loads(told.stdout)["Account"] == ours["account_id"]
    assert json.loads(told.stdout)["Arn"].rsplit("/", 1)[0] == ours["assumed_role_arn"].rsplit("/", 1)[0]

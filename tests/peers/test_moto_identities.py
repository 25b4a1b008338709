"""What one starts from, against moto: it exchanges web identities and has an instance's metadata service."""

import json

import pytest

from moto_world import REGION, STUZIO
from peer_processes import MotoServer, aws_cli
from test_moto import AGREED, who_is

READER = f"arn:aws:iam::{STUZIO}:role/Reader"
FAR = "arn:aws:iam::444455556666:role/Far"


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """A moto that asks nobody for permission: it does not know the keys of its own metadata service."""
    with MotoServer(tmp_path_factory.mktemp("open-moto")) as server:
        yield server


@pytest.fixture
def shared_files(tmp_path, open_moto):
    here = f"region = {REGION}\nendpoint_url = {open_moto.url}\n"
    token = tmp_path / "token"
    token.write_text("not.a.secret")
    config = tmp_path / "config"
    config.write_text(
        f"[profile web]\nrole_arn = {READER}\nweb_identity_token_file = {token}\nrole_session_name = build-7\n{here}\n"
        f"[profile web-far]\nrole_arn = {FAR}\nsource_profile = web\n{here}\n"
        f"[profile instance]\nrole_arn = {READER}\ncredential_source = Ec2InstanceMetadata\n{here}\n"
    )
    return {
        "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": open_moto.url,
    }


@pytest.fixture
def hat(new_hat, shared_files):
    return new_hat(shared_files)


@pytest.mark.parametrize("profile, role", [("web", READER), ("web-far", FAR), ("instance", READER)])
def test_an_identity_switches_and_moto_knows_the_session(hat, open_moto, profile, role):
    session = hat.json("switch", profile, AGREED)
    account, name = role.split(":")[4], role.rsplit("/", 1)[1]
    assert f"::{account}:assumed-role/{name}/" in session["assumed_role_arn"]
    held = json.loads(hat.ok("credential-process", profile, AGREED))
    assert held["AccessKeyId"] == session["access_key_id"], "the live session serves"
    assert who_is(open_moto, held) == session["assumed_role_arn"]


@pytest.mark.parametrize("profile", ["web", "web-far", "instance"])
def test_the_aws_cli_makes_the_same_of_the_same_profile(hat, shared_files, profile):
    told = aws_cli("sts", "get-caller-identity", "--profile", profile, env={**hat.env, **shared_files})
    assert told.returncode == 0, told.stderr
    ours = hat.json("switch", profile, AGREED)
    assert json.loads(told.stdout)["Arn"].rsplit("/", 1)[0] == ours["assumed_role_arn"].rsplit("/", 1)[0]

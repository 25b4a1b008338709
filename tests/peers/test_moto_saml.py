"""AssumeRoleWithSAML as moto reads it: sent whole and unsigned; moto finds the role and the name in the assertion."""

import json

import boto3
import pytest

import moto_saml as saml
import moto_world as world
from peer_processes import MotoServer

# moto is no AWS: that it is asked at all is agreed to.
AGREED = "--allow-endpoint"


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """A moto that enforces nothing: one that does cannot read a request that nobody signed."""
    with MotoServer(tmp_path_factory.mktemp("open-moto")) as server:
        trust = world.policy({"Effect": "Allow", "Principal": {"Federated": saml.PROVIDER}, "Action": "sts:AssumeRoleWithSAML"})
        iam = world.client(server, "iam", world.STUZIO)
        iam.create_role(RoleName="StuzioAcmeConsultantRole", AssumeRolePolicyDocument=trust)
        yield server


@pytest.fixture
def hat(new_hat, tmp_path, open_moto):
    made = new_hat({
        "AWS_CONFIG_FILE": str(tmp_path / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_ENDPOINT_URL": open_moto.url,
    })
    made.ok("saml", "add", "directory", "https://login.directory.example/aws", "--region", world.REGION)
    return made


def test_an_assertion_is_exchanged_for_a_session_that_moto_takes(hat, open_moto):
    done = saml.sign_in(hat, saml.response())
    assert done.returncode == 0, done.stderr
    session = hat.json("switch", saml.ROLE, AGREED)
    assert session["account_id"] == world.STUZIO
    assert session["assumed_role_arn"].endswith(f":assumed-role/StuzioAcmeConsultantRole/{saml.NAME}")
    # moto rounds its Date down and its Expiration up.
    assert 1700 < session["seconds_left"] <= 1800 + 1
    held = json.loads(hat.ok("credential-process", saml.ROLE, AGREED))
    assert held["AccessKeyId"] == session["access_key_id"], "the live session serves"
    client = boto3.client(
        "sts", endpoint_url=open_moto.url, region_name=world.REGION, aws_access_key_id=held["AccessKeyId"],
        aws_secret_access_key=held["SecretAccessKey"], aws_session_token=held["SessionToken"],
    )
    # moto knows whose account the key is of; the name of a session that it gave for an assertion it has forgotten.
    assert client.get_caller_identity()["Account"] == world.STUZIO


def test_an_assertion_that_has_ended_never_leaves(hat):
    done = saml.sign_in(hat, saml.response(-1))
    assert done.returncode == 1
    assert "ended" in done.stderr

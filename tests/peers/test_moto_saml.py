"""AssumeRoleWithSAML as moto reads it: the assertion is sent whole, unsigned, and moto finds role and name in it."""

import base64
import datetime
import json
import subprocess

import pytest

import moto_world as world
from peer_processes import COMMAND_LIMIT_S
from test_moto import AGREED, who_is

PROVIDER = f"arn:aws:iam::{world.STUZIO}:saml-provider/Directory"
NAME = "somebody@directory.example"
ROLE = f"saml:directory:{world.STUZIO}:StuzioAcmeConsultantRole"


@pytest.fixture(scope="module")
def troy(moto):
    return world.seed(moto)


@pytest.fixture
def hat(new_hat, tmp_path, moto, troy):
    return new_hat({**world.write_config(tmp_path, moto, troy), "AWS_ENDPOINT_URL": moto.url})


def response(seconds: int = 300) -> str:
    """What a provider sends for one role, with prefixes of its own."""
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    values = {"Role": f"{world.CONSULTANT},{PROVIDER}", "RoleSessionName": NAME, "SessionDuration": "1800"}
    attributes = "".join(
        f'<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}">'
        f"<a:AttributeValue>{value}</a:AttributeValue></a:Attribute>"
        for name, value in values.items()
    )
    xml = (
        '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">'
        "<a:Assertion><a:Subject><a:SubjectConfirmation>"
        f'<a:SubjectConfirmationData NotOnOrAfter="{ends:%Y-%m-%dT%H:%M:%SZ}"/></a:SubjectConfirmation></a:Subject>'
        f"<a:AttributeStatement>{attributes}</a:AttributeStatement></a:Assertion></p:Response>"
    )
    return base64.b64encode(xml.encode()).decode()


def sign_in(hat, given: str) -> subprocess.CompletedProcess:
    """`hat login` with the response on standard input."""
    return subprocess.run(
        [str(hat.binary), "login", "directory"], env=hat.env, input=given, capture_output=True, text=True,
        timeout=COMMAND_LIMIT_S,
    )


def test_moto_takes_the_assertion_and_knows_the_session(hat, moto):
    hat.ok("saml", "add", "directory", "https://login.directory.example/aws", "--region", world.REGION)
    done = sign_in(hat, response())
    assert done.returncode == 0, done.stderr
    session = hat.json("switch", ROLE, AGREED)
    assert session["account_id"] == world.STUZIO
    assert session["assumed_role_arn"].endswith(f":assumed-role/StuzioAcmeConsultantRole/{NAME}")
    # moto rounds its Date down and its Expiration up.
    assert 1700 < session["seconds_left"] <= 1800 + 1
    held = json.loads(hat.ok("credential-process", ROLE, AGREED))
    assert held["AccessKeyId"] == session["access_key_id"], "the live session serves"
    assert who_is(moto, held) == session["assumed_role_arn"]


def test_one_that_has_ended_never_leaves(hat):
    hat.ok("saml", "add", "directory", "https://login.directory.example/aws")
    done = sign_in(hat, response(-1))
    assert done.returncode == 1
    assert "ended" in done.stderr

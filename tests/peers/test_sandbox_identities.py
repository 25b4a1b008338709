"""The sandbox's identities other than keys, by boto3 and the AWS CLI: sign-in, web identity, metadata, container."""

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request

import pytest
from botocore.exceptions import ClientError

from peer_processes import COMMAND_LIMIT_S, aws_cli, bare_environment
from sandbox_sign_in import SCOPE, DeviceSignIn, client

# As anybody would write it. The caches of sign-ins lie in the home folder, so each run has a process of its own.
PROGRAM = """
import json, sys, boto3
session = boto3.Session(profile_name=sys.argv[1])
print(json.dumps({
    "arn": session.client("sts").get_caller_identity()["Arn"],
    "keys": [found["Key"] for found in session.client("s3").list_objects_v2(Bucket=sys.argv[2])["Contents"]],
}))
"""


@pytest.fixture
def env(sandbox, tmp_path) -> dict[str, str]:
    """A person's shell on the sandbox, with an empty home folder."""
    return {**bare_environment(tmp_path), **sandbox.env, "HOME": str(tmp_path)}


def run(env: dict[str, str], profile: str, bucket: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, profile, bucket], env=env, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S,
    )


def told(env: dict[str, str], profile: str, bucket: str) -> dict:
    done = run(env, profile, bucket)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def story(sandbox) -> dict:
    return sandbox.described["sign_in"]


@pytest.fixture
def endpoint(sandbox) -> str:
    return sandbox.described["endpoint"]


@pytest.fixture
def signed_in(endpoint, story, tmp_path):
    """The developer has signed in, and the token lies in the cache."""
    way = DeviceSignIn(endpoint, story["portals"][0], [SCOPE])
    assert "Request approved" in way.decide("allow", "developer")
    token = way.poll()
    way.write_cache(tmp_path, token, time.time() + token["expiresIn"])
    return way, token


def code_of(refused: pytest.ExceptionInfo[ClientError]) -> str:
    return refused.value.response["Error"]["Code"]


def test_a_device_waits_and_is_told_so(endpoint, story):
    way = DeviceSignIn(endpoint, story["portals"][0], [SCOPE])
    with pytest.raises(way.oidc.exceptions.AuthorizationPendingException) as pending:
        way.poll()
    assert pending.value.response["error"] == "authorization_pending"
    with pytest.raises(way.oidc.exceptions.SlowDownException):
        way.poll()
    assert "Request denied" in way.decide("deny", "developer")
    with pytest.raises(way.oidc.exceptions.AccessDeniedException):
        way.poll()


def test_the_portal_lists_page_by_page_what_the_manifest_says(endpoint, story, signed_in):
    _, token = signed_in
    portal = client("sso", endpoint, "us-east-1")
    held = {"accessToken": token["accessToken"]}
    pages = portal.get_paginator("list_accounts").paginate(**held, PaginationConfig={"PageSize": 3})
    found = set()
    for account in (account for page in pages for account in page["accountList"]):
        roles = portal.list_account_roles(**held, accountId=account["accountId"])["roleList"]
        found |= {(account["accountId"], role["roleName"]) for role in roles}
    listed = story["portals"][0]["users"][0]["roles"]
    assert found == {(role["account_id"], role["role_name"]) for role in listed}


def test_boto3_and_the_aws_cli_use_the_session_profile(env, story, signed_in):
    assert set(story["keys"]) <= set(told(env, story["profile"], story["bucket"])["keys"])
    done = aws_cli("sts", "get-caller-identity", "--profile", story["profile"], env=env)
    assert done.returncode == 0, done.stderr
    assert ":assumed-role/AWSReservedSSO_DataReader_" in json.loads(done.stdout)["Arn"]


def test_a_profile_chained_to_the_sign_in_works_and_one_from_another_role_does_not(env, story, signed_in):
    hop = story["hop"]
    assert set(hop["keys"]) <= set(told(env, hop["profile"], hop["bucket"])["keys"])
    refused = run(env, hop["refused_profile"], hop["bucket"])
    assert refused.returncode != 0 and "AccessDenied" in refused.stderr


def test_what_is_not_assigned_is_forbidden(env, story, signed_in):
    refused = run(env, story["forbidden_profile"], story["bucket"])
    assert refused.returncode != 0 and "ForbiddenException" in refused.stderr


def test_boto3_refreshes_a_token_that_has_ended(env, story, signed_in, tmp_path):
    way, token = signed_in
    file = way.write_cache(tmp_path, token, time.time() - 60)
    assert told(env, story["profile"], story["bucket"])["keys"]
    renewed = json.loads(file.read_text())
    assert renewed["accessToken"] != token["accessToken"] and renewed["refreshToken"]


def test_the_older_form_of_profile_works_without_scopes(env, endpoint, story, tmp_path):
    portal = story["portals"][1]
    way = DeviceSignIn(endpoint, portal, [])
    way.decide("allow", "guest")
    token = way.poll()
    assert "refreshToken" not in token and token["expiresIn"] == 8 * 3600
    way.write_cache(tmp_path, token, time.time() + token["expiresIn"])
    done = aws_cli("sts", "get-caller-identity", "--profile", portal["profiles"][0], env=env)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["Arn"].endswith("/guest")


def test_after_a_logout_the_token_is_refused(endpoint, signed_in):
    _, token = signed_in
    portal = client("sso", endpoint, "us-east-1")
    portal.logout(accessToken=token["accessToken"])
    with pytest.raises(ClientError) as refused:
        portal.list_accounts(accessToken=token["accessToken"])
    assert code_of(refused) == "UnauthorizedException"


def test_a_token_in_a_file_is_an_identity(env, sandbox):
    kinds = sandbox.described["kinds"]
    seen = told(env, kinds["web_identity_profile"], kinds["bucket"])
    assert seen["arn"].endswith(":assumed-role/DeployFromPipeline/website-build")
    assert set(kinds["keys"]) <= set(seen["keys"])


def test_a_token_of_another_audience_is_refused(env, endpoint, sandbox):
    kinds = sandbox.described["kinds"]
    role = next(role["role_arn"] for role in kinds["roles"] if role["kind"] == "web-identity")
    asked = urllib.parse.urlencode({"subject": kinds["subject"], "audience": "example.com"})
    with urllib.request.urlopen(f"{kinds['token_url']}?{asked}", timeout=COMMAND_LIMIT_S) as answer:
        token = answer.read().decode()
    sts = client("sts", endpoint, "us-east-1")
    with pytest.raises(ClientError) as refused:
        sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="peer", WebIdentityToken=token)
    assert code_of(refused) == "InvalidIdentityToken"


@pytest.mark.parametrize("source", ["instance", "container"])
def test_a_machine_is_an_identity(env, sandbox, source):
    machine = sandbox.described["machine"]
    seen = told(env, machine[f"{source}_profile"], machine["bucket"])
    assert ":assumed-role/ReportReader/" in seen["arn"]
    assert set(machine["keys"]) <= set(seen["keys"])


def test_a_role_that_does_not_trust_the_machine_is_refused(env, sandbox):
    machine = sandbox.described["machine"]
    refused = run(env, machine["refused_profile"], machine["bucket"])
    assert refused.returncode != 0 and "AccessDenied" in refused.stderr

"""The sandbox's IAM, Organizations and Roles Anywhere, by boto3 and by a signature that OpenSSL makes."""

import base64
import datetime
import hashlib
import json
import shutil
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox_sign_in import SCOPE, DeviceSignIn, client


@pytest.fixture
def endpoint(sandbox) -> str:
    return sandbox.described["endpoint"]


def by_keys(endpoint: str, service: str, story: dict):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1",
        aws_access_key_id=story["access_key_id"], aws_secret_access_key=story["secret_access_key"],
    )


@pytest.fixture
def developer(sandbox) -> dict:
    return next(story for story in sandbox.described["stories"] if story["id"] == "S14")


def test_a_user_reads_its_policies_down_to_the_role(endpoint, developer):
    iam = by_keys(endpoint, "iam", developer)
    name = iam.get_user()["User"]["UserName"]
    group = iam.list_groups_for_user(UserName=name)["Groups"][0]["GroupName"]
    attached = iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"][0]
    version = iam.get_policy(PolicyArn=attached["PolicyArn"])["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=attached["PolicyArn"], VersionId=version)
    # botocore decodes the document by itself.
    assert developer["role_arn"] in json.dumps(document["PolicyVersion"]["Document"])
    embedded = iam.get_user_policy(UserName=name, PolicyName="read-own-permissions")
    assert embedded["PolicyDocument"]["Version"] == "2012-10-17"


def test_what_is_not_there_and_what_is_not_allowed_are_told_apart(endpoint, developer):
    iam = by_keys(endpoint, "iam", developer)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_group_policy(GroupName="nobody", PolicyName="none")
    with pytest.raises(ClientError) as refused:
        iam.list_roles()
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


def test_an_administrator_of_the_management_account_pages_through_its_accounts(sandbox, endpoint):
    portal = sandbox.described["sign_in"]["portals"][0]
    way = DeviceSignIn(endpoint, portal, [SCOPE])
    way.decide("allow", "developer")
    token = way.poll()["accessToken"]
    management = portal["users"][0]["roles"][0]
    given = client("sso", endpoint, portal["region"]).get_role_credentials(
        accessToken=token, accountId=management["account_id"], roleName="AdministratorAccess",
    )["roleCredentials"]
    organizations = boto3.client(
        "organizations", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=given["accessKeyId"],
        aws_secret_access_key=given["secretAccessKey"], aws_session_token=given["sessionToken"],
    )
    pages = organizations.get_paginator("list_accounts").paginate(PaginationConfig={"PageSize": 2})
    found = {account["Id"]: account for page in pages for account in page["Accounts"]}
    named = {role["account_id"] for role in portal["users"][0]["roles"]}
    assert named <= set(found)
    assert {account["Status"] for account in found.values()} == {"ACTIVE", "SUSPENDED"}


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


def create_session(endpoint: str, story: dict, profile: str, algorithm: str) -> tuple[int, dict]:
    """CreateSession as AWS's signing process describes it; returns the status and what was answered."""
    folder = Path(story["folder"])
    certificate = folder / f"{profile}.crt"
    der = openssl("x509", "-in", str(certificate), "-outform", "DER")
    serial = int(openssl("x509", "-in", str(certificate), "-noout", "-serial").split(b"=")[1], 16)
    now = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    query = urllib.parse.urlencode({
        "profileArn": story["profile_arn"], "roleArn": story["role_arn"],
        "trustAnchorArn": story["trust_anchor_arn"],
    })
    body = json.dumps({"durationSeconds": 900}).encode()
    headers = {
        "content-type": "application/json",
        "host": urllib.parse.urlsplit(endpoint).netloc,
        "x-amz-date": now,
        "x-amz-x509": base64.b64encode(der).decode(),
    }
    signed = ";".join(headers)
    canonical = "\n".join([
        "POST", "/sessions", query, "".join(f"{name}:{value}\n" for name, value in headers.items()), signed,
        hashlib.sha256(body).hexdigest(),
    ])
    scope = f"{now[:8]}/us-east-1/rolesanywhere/aws4_request"
    to_sign = "\n".join([algorithm, now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = openssl("dgst", "-sha256", "-sign", str(folder / f"{profile}.key"), given=to_sign.encode()).hex()
    headers["authorization"] = f"{algorithm} Credential={serial}/{scope}, SignedHeaders={signed}, Signature={signature}"
    request = urllib.request.Request(f"{endpoint}/sessions?{query}", data=body, headers=headers, method="POST")
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


RSA = "AWS4-X509-RSA-SHA256"
ECDSA = "AWS4-X509-ECDSA-SHA256"
needs_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL makes the signatures")


@pytest.fixture
def anywhere(sandbox) -> dict:
    return sandbox.described["anywhere"]


@needs_openssl
@pytest.mark.parametrize(("profile", "algorithm"), [("profile", ECDSA), ("rsa_profile", RSA)])
def test_a_certificate_becomes_a_session_that_reads_the_bucket(endpoint, anywhere, profile, algorithm):
    status, told = create_session(endpoint, anywhere, anywhere[profile], algorithm)
    assert status == 201, told
    given = told["credentialSet"][0]["credentials"]
    session = boto3.Session(
        given["accessKeyId"], given["secretAccessKey"], given["sessionToken"], region_name=anywhere["region"],
    )
    listed = session.client("s3", endpoint_url=endpoint).list_objects_v2(Bucket=anywhere["bucket"])
    assert set(anywhere["keys"]) <= {found["Key"] for found in listed["Contents"]}


@needs_openssl
@pytest.mark.parametrize(("profile", "says"), [
    ("expired_profile", "expired"), ("untrusted_profile", "Untrusted"), ("other_profile", "Unable to assume role"),
    ("chain_profile", "Untrusted"),
])
def test_a_certificate_that_is_not_good_is_refused(endpoint, anywhere, profile, says):
    status, told = create_session(endpoint, anywhere, anywhere[profile], ECDSA)
    assert (status, told["__type"]) == (403, "AccessDeniedException")
    assert says in told["message"]

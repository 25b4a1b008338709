"""SimulatePrincipalPolicy of the sandbox, by boto3: it says what the principal is then allowed or refused."""

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox_sign_in import SCOPE, DeviceSignIn, client

ACCOUNT = "310000000001"


@pytest.fixture
def endpoint(sandbox) -> str:
    return sandbox.described["endpoint"]


@pytest.fixture
def by_role(sandbox, endpoint):
    """Clients of a service with the credentials of a role, and the role's ARN."""
    portal = sandbox.described["sign_in"]["portals"][0]
    way = DeviceSignIn(endpoint, portal, [SCOPE])
    way.decide("allow", "developer")
    token = way.poll()["accessToken"]
    roles = {role["role_name"]: role for role in portal["users"][0]["roles"] if role["account_id"] == ACCOUNT}

    def made(service: str, name: str):
        given = client("sso", endpoint, portal["region"]).get_role_credentials(
            accessToken=token, accountId=ACCOUNT, roleName=name,
        )["roleCredentials"]
        return boto3.client(
            service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=given["accessKeyId"],
            aws_secret_access_key=given["secretAccessKey"], aws_session_token=given["sessionToken"],
        )

    made.arn = lambda name: roles[name]["role_arn"]
    return made


def allowed(call) -> bool:
    try:
        call()
    except ClientError as refused:
        assert refused.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"), refused
        return False
    return True


CALLS = {
    "iam:ListRoles": lambda by: by("iam").list_roles(),
    "s3:ListAllMyBuckets": lambda by: by("s3").list_buckets(),
}


@pytest.mark.parametrize("name", ["AdministratorAccess", "DataReader"])
def test_what_is_simulated_is_what_happens(by_role, name):
    iam = by_role("iam", "AdministratorAccess")
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=by_role.arn(name), ActionNames=list(CALLS), PaginationConfig={"PageSize": 1},
    )
    decided = {
        result["EvalActionName"]: result["EvalDecision"] == "allowed"
        for page in pages for result in page["EvaluationResults"]
    }
    happens = {action: allowed(lambda: call(lambda service: by_role(service, name))) for action, call in CALLS.items()}
    assert decided == happens
    assert happens["iam:ListRoles"] == (name == "AdministratorAccess")


def test_each_action_is_decided_for_each_resource(by_role):
    iam = by_role("iam", "AdministratorAccess")
    resources = ["arn:aws:s3:::one/a", "arn:aws:s3:::two/a"]
    told = iam.simulate_principal_policy(
        PolicySourceArn=by_role.arn("AdministratorAccess"), ActionNames=["s3:GetObject", "s3:PutObject"],
        ResourceArns=resources,
    )
    assert [(result["EvalActionName"], result["EvalResourceName"]) for result in told["EvaluationResults"]] == [
        (action, resource) for action in ("s3:GetObject", "s3:PutObject") for resource in resources
    ]
    matched = told["EvaluationResults"][0]["MatchedStatements"]
    assert matched[0]["SourcePolicyType"] == "IAM Policy"
    assert not told["IsTruncated"]


def test_no_resource_policy_is_simulated_for_a_role(by_role):
    iam = by_role("iam", "AdministratorAccess")
    with pytest.raises(iam.exceptions.InvalidInputException):
        iam.simulate_principal_policy(
            PolicySourceArn=by_role.arn("DataReader"), ActionNames=["s3:GetObject"],
            ResourceArns=["arn:aws:s3:::one/a"],
            ResourcePolicy='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",'
            '"Action":"s3:GetObject","Resource":"*"}}',
        )


def test_who_may_not_ask_and_who_is_not_there(by_role):
    reader = by_role("iam", "DataReader")
    with pytest.raises(ClientError) as refused:
        reader.simulate_principal_policy(PolicySourceArn=by_role.arn("DataReader"), ActionNames=["s3:GetObject"])
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
    iam = by_role("iam", "AdministratorAccess")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.simulate_principal_policy(
            PolicySourceArn=f"arn:aws:iam::{ACCOUNT}:role/Nobody", ActionNames=["s3:GetObject"],
        )

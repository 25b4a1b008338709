"""Revoking sessions against moto: it takes the policy, reads it back, and gives it up again."""

import json
import urllib.parse

import pytest

import moto_world as world
from peer_processes import MotoServer
from test_moto import AGREED

ROLE = "Reader"
ARN = f"arn:aws:iam::{world.ACME}:role/{ROLE}"
POLICY = "AWSRevokeOlderSessions"


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """A moto of its own, with a user of the role's account who may change the role."""
    with MotoServer(tmp_path_factory.mktemp("moto-revoke")) as server:
        acme = world.client(server, "iam", world.ACME)
        acme.create_user(UserName="troy")
        calls = ["iam:GetRole", "iam:GetRolePolicy", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "sts:AssumeRole"]
        acme.put_user_policy(
            UserName="troy", PolicyName="revoke", PolicyDocument=world.policy(world.allow(calls, "*")),
        )
        acme.create_role(
            RoleName=ROLE,
            AssumeRolePolicyDocument=world.policy(
                {
                    "Effect": "Allow", "Action": "sts:AssumeRole",
                    "Principal": {"AWS": f"arn:aws:iam::{world.ACME}:user/troy", "Service": "codebuild.amazonaws.com"},
                }
            ),
        )
        made = acme.create_access_key(UserName="troy")["AccessKey"]
        server.keys = world.Keys(made["AccessKeyId"], made["SecretAccessKey"])
        server.iam = acme
        server.enforce()
        server.reader = world.client(server, "iam", keys=server.keys)
        yield server


@pytest.fixture
def hat(new_hat, tmp_path, moto):
    """Reaches the role as `reader`."""
    env = world.write_config(tmp_path, moto, moto.keys)
    config = tmp_path / "config"
    here = f"region = {world.REGION}\nendpoint_url = {moto.url}\n"
    config.write_text(config.read_text() + f"\n[profile reader]\nrole_arn = {ARN}\nsource_profile = troy\n{here}")
    return new_hat(env)


def standing(moto) -> dict | None:
    """The policy as boto3 reads it."""
    try:
        read = moto.reader.get_role_policy(RoleName=ROLE, PolicyName=POLICY)["PolicyDocument"]
    except moto.reader.exceptions.NoSuchEntityException:
        return None
    return json.loads(urllib.parse.unquote(read)) if isinstance(read, str) else read


def test_the_policy_is_awss_own_and_goes_again(hat, moto):
    hat.json("switch", "reader", AGREED)
    told = hat.json("revoke", "reader", "--yes", AGREED)
    assert told["role_arn"] == ARN
    assert len(told["hits"]) == 1
    assert standing(moto) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Deny", "Action": ["*"], "Resource": ["*"],
                "Condition": {"DateLessThan": {"aws:TokenIssueTime": told["before"]}},
            }
        ],
    }
    hat.json("revoke", "--undo", "reader", "--yes", AGREED)
    assert standing(moto) is None


def test_another_policy_of_that_name_is_left_alone(hat, moto):
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": "*"}]}
    moto.reader.put_role_policy(RoleName=ROLE, PolicyName=POLICY, PolicyDocument=json.dumps(own))
    try:
        hat.refused("revoke", ARN, "--yes", AGREED, code=2)
        assert standing(moto) == own
    finally:
        moto.reader.delete_role_policy(RoleName=ROLE, PolicyName=POLICY)

"""Looking for roles against moto, which has IAM's reads and Organizations of its own."""

import boto3
import pytest

import moto_world as world
from peer_processes import MotoServer
from test_moto import AGREED

READER = f"arn:aws:iam::{world.STUZIO}:role/Reader"
OWN = f"arn:aws:iam::{world.ACME}:role/own/Builder"


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """A moto that asks nobody for permission, with an organization of three accounts."""
    with MotoServer(tmp_path_factory.mktemp("discovery-moto")) as server:
        yield server


@pytest.fixture(scope="module")
def accounts(open_moto):
    organizations = world.client(open_moto, "organizations", world.ACME)
    organizations.create_organization(FeatureSet="ALL")
    for name in ("payments", "data platform"):
        organizations.create_account(Email=f"{name.split()[0]}@example.com", AccountName=name)
    pages = organizations.get_paginator("list_accounts").paginate()
    return {account["Id"]: account["Name"] for page in pages for account in page["Accounts"]}


@pytest.fixture(scope="module")
def keys(open_moto, accounts):
    iam = world.client(open_moto, "iam", world.ACME)
    iam.create_user(UserName="troy", Path="/people/")
    iam.put_user_policy(UserName="troy", PolicyName="own", PolicyDocument=world.policy(world.allow("sts:AssumeRole", READER)))
    iam.create_group(GroupName="builders")
    iam.add_user_to_group(GroupName="builders", UserName="troy")
    wide = iam.create_policy(
        PolicyName="wide",
        PolicyDocument=world.policy(
            world.allow("sts:AssumeRole", [OWN, "arn:aws:iam::*:role/*-Audit"]),
            {"Effect": "Deny", "Action": "sts:*", "Resource": "arn:aws:iam::*:role/payments-Audit"},
        ),
    )["Policy"]
    iam.attach_group_policy(GroupName="builders", PolicyArn=wide["Arn"])
    iam.create_role(
        RoleName="Builder", Path="/own/", MaxSessionDuration=7200, Description="Builds",
        AssumeRolePolicyDocument=world.policy(
            {"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ),
    )
    made = iam.create_access_key(UserName="troy")["AccessKey"]
    return world.Keys(made["AccessKeyId"], made["SecretAccessKey"])


@pytest.fixture
def hat(new_hat, tmp_path, open_moto, keys):
    return new_hat(world.write_config(tmp_path, open_moto, keys))


def by_name(told: dict) -> dict:
    return {role["role_name"]: role for role in told["roles"]}


def test_policies_of_the_user_and_of_its_group_are_read(hat):
    told = hat.json("discover", "troy", AGREED)
    assert told["who"] == f"arn:aws:iam::{world.ACME}:user/people/troy"
    assert told["policies"]["policies"] == 2
    assert told["policies"]["unread"] == []
    roles = by_name(told)
    assert {"Reader", "Builder"} <= roles.keys()
    assert roles["Reader"]["arn"] == READER
    assert [p["allows"] for p in told["policies"]["patterns"]] == ["roles named *-Audit in every account"]


def test_an_organizations_accounts_give_candidates(hat, accounts):
    told = hat.json("discover", "troy", "--organization", "--role-name", "{name}-Audit", AGREED)
    assert told["organization"]["accounts"] == len(accounts)
    roles = by_name(told)
    # One account's name makes no role's name, and one role is denied.
    assert "payments-Audit" not in roles
    assert not [name for name in roles if "data platform" in name]
    usual = hat.json("discover", "troy", "--organization", AGREED)
    candidates = [role for role in usual["roles"] if role["role_name"] == "OrganizationAccountAccessRole"]
    assert {role["account_id"] for role in candidates} == set(accounts) - {world.ACME}
    assert all(role["candidate"] for role in candidates)


def test_boto3_reads_the_same_policies(hat, open_moto, keys):
    iam = boto3.client(
        "iam", endpoint_url=open_moto.url, region_name=world.REGION,
        aws_access_key_id=keys.access_key_id, aws_secret_access_key=keys.secret_access_key,
    )
    groups = [g["GroupName"] for g in iam.list_groups_for_user(UserName="troy")["Groups"]]
    attached = [p for g in groups for p in iam.list_attached_group_policies(GroupName=g)["AttachedPolicies"]]
    embedded = iam.list_user_policies(UserName="troy")["PolicyNames"]
    told = hat.json("discover", "troy", AGREED)
    assert told["policies"]["policies"] == len(attached) + len(embedded)

"""What is put into moto before it enforces: story S13 with a chain (S10) and a person on a server (S14).

moto is an independent witness of the wire format and of identity policies. It knows no trust across accounts, no
external ID and no MFA, so those are the sandbox's to show.
"""

import json
from dataclasses import dataclass

import boto3
from botocore.config import Config

ACME = "183438944504"
STUZIO = "081278057606"
BUCKET = "com.stuzio.project-x"
KEY = "drawings/plan.txt"
CONTENT = b"first floor\n"
CONSULTANT = f"arn:aws:iam::{STUZIO}:role/StuzioAcmeConsultantRole"
JUMP = f"arn:aws:iam::{ACME}:role/JumpRole"
CLOSED = f"arn:aws:iam::{STUZIO}:role/ClosedRole"
REGION = "eu-west-1"


@dataclass(frozen=True)
class Keys:
    """A user's access key."""

    access_key_id: str
    secret_access_key: str


def client(moto, service: str, account: str | None = None, keys: Keys | None = None):
    """A client of moto: a user's, or an account's own administrator while moto does not enforce."""
    settings = {
        "endpoint_url": moto.url, "region_name": REGION,
        "config": Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    }
    if keys:
        return boto3.client(
            service, aws_access_key_id=keys.access_key_id, aws_secret_access_key=keys.secret_access_key, **settings,
        )
    start = boto3.client("sts", aws_access_key_id="seed", aws_secret_access_key="seed", **settings)
    held = start.assume_role(RoleArn=f"arn:aws:iam::{account}:role/seed", RoleSessionName="seed")["Credentials"]
    return boto3.client(
        service, aws_access_key_id=held["AccessKeyId"], aws_secret_access_key=held["SecretAccessKey"],
        aws_session_token=held["SessionToken"], **settings,
    )


def policy(*statements: dict) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action, resource) -> dict:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def trust(principal: str) -> str:
    """A trust policy for one principal."""
    return policy({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"})


def seed(moto) -> Keys:
    """Fills moto, lets it enforce, and gives Troy's keys."""
    acme, stuzio, s3 = client(moto, "iam", ACME), client(moto, "iam", STUZIO), client(moto, "s3", STUZIO)

    acme.create_user(UserName="troy")
    may = [CONSULTANT, JUMP]
    acme.put_user_policy(
        UserName="troy", PolicyName="assume",
        PolicyDocument=policy(allow("sts:AssumeRole", may), allow("sts:GetSessionToken", "*")),
    )
    # Within an account moto compares the principal of a trust policy by its letters: `:root` would match nobody.
    acme.create_role(RoleName="JumpRole", AssumeRolePolicyDocument=trust(f"arn:aws:iam::{ACME}:user/troy"))
    acme.put_role_policy(
        RoleName="JumpRole", PolicyName="assume", PolicyDocument=policy(allow("sts:AssumeRole", CONSULTANT)),
    )
    made = acme.create_access_key(UserName="troy")["AccessKey"]

    stuzio.create_role(RoleName="StuzioAcmeConsultantRole", AssumeRolePolicyDocument=trust(f"arn:aws:iam::{ACME}:root"))
    stuzio.put_role_policy(
        RoleName="StuzioAcmeConsultantRole", PolicyName="project-x",
        PolicyDocument=policy(
            allow("s3:ListAllMyBuckets", "*"),
            # moto asks for an action `s3:HeadBucket`, which AWS does not have.
            allow(["s3:ListBucket", "s3:HeadBucket", "s3:GetObject"], [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"]),
        ),
    )
    stuzio.create_role(RoleName="ClosedRole", AssumeRolePolicyDocument=trust(f"arn:aws:iam::{ACME}:root"))
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=CONTENT)

    moto.enforce()
    return Keys(made["AccessKeyId"], made["SecretAccessKey"])


def write_config(folder, moto, keys: Keys) -> dict[str, str]:
    """The shared files that lead to moto, and the variables that name them."""
    here = f"region = {REGION}\nendpoint_url = {moto.url}\ns3 =\n  addressing_style = path\n"
    (folder / "config").write_text(
        f"[profile troy]\n{here}\n"
        f"[profile consultant]\nrole_arn = {CONSULTANT}\nsource_profile = troy\n{here}\n"
        f"[profile jump]\nrole_arn = {JUMP}\nsource_profile = troy\n{here}\n"
        f"[profile chained]\nrole_arn = {CONSULTANT}\nsource_profile = jump\n{here}\n"
        f"[profile closed]\nrole_arn = {CLOSED}\nsource_profile = troy\n{here}\n"
        f"[profile environment]\nrole_arn = {CONSULTANT}\ncredential_source = Environment\n{here}\n"
    )
    (folder / "credentials").write_text(
        f"[troy]\naws_access_key_id = {keys.access_key_id}\naws_secret_access_key = {keys.secret_access_key}\n"
    )
    (folder / "credentials").chmod(0o600)
    return {
        "AWS_CONFIG_FILE": str(folder / "config"), "AWS_SHARED_CREDENTIALS_FILE": str(folder / "credentials"),
    }

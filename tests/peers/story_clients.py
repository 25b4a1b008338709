"""Real clients on a story of the sandbox, configured by the files that `hat sandbox` wrote and nothing else."""

import contextlib
import os

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

from totp import code_now

ONE_TRY = Config(retries={"total_max_attempts": 1})


@contextlib.contextmanager
def environment(env: dict[str, str]):
    """This process's environment, with its AWS variables exchanged: boto3 reads it when a session is made."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in kept:
        del os.environ[name]
    os.environ.update({name: value for name, value in env.items() if name.startswith("AWS_")})
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(kept)


class StoryClients:
    """boto3 as one would write it for the story, in one environment."""

    def __init__(self, story: dict, env: dict[str, str]):
        self.story = story
        self.env = env

    def profile(self, name: str) -> dict:
        """A profile as botocore reads it."""
        with environment(self.env):
            return botocore.session.Session().full_config["profiles"][name]

    def by_profile(self, name: str, extra: dict[str, str] | None = None) -> boto3.Session:
        """A session that botocore makes of the profile by itself: keys, one role, or a chain."""
        with environment({**self.env, **(extra or {})}):
            session = boto3.Session(profile_name=name)
            session.get_credentials()
            return session

    def client(self, session: boto3.Session, service: str):
        """A client of the sandbox that tries once."""
        with environment(self.env):
            return session.client(service, config=ONE_TRY)

    def assume(self, profile: str, role_arn: str, **options) -> boto3.Session:
        """AssumeRole by hand, signed by what the profile starts from; a code goes along where the profile wants one."""
        settings = self.profile(profile)
        start = self.by_profile(settings.get("source_profile", profile))
        if settings.get("mfa_serial"):
            options |= {"SerialNumber": settings["mfa_serial"], "TokenCode": code_now(self.story["mfa_seed"])}
        options.setdefault("RoleSessionName", "peer")
        held = self.client(start, "sts").assume_role(RoleArn=role_arn, **options)["Credentials"]
        with environment(self.env):
            return boto3.Session(
                aws_access_key_id=held["AccessKeyId"], aws_secret_access_key=held["SecretAccessKey"],
                aws_session_token=held["SessionToken"], region_name=settings.get("region"),
            )

    def right_way(self) -> boto3.Session:
        """The session of the story's right way."""
        if self.profile(self.story["profile"]).get("mfa_serial"):
            options = {"ExternalId": self.story["external_id"]} if self.story["external_id"] else {}
            return self.assume(self.story["profile"], self.story["role_arn"], **options)
        return self.by_profile(self.story["profile"])

    def perform(self, session: boto3.Session, call: str, bucket: str):
        """One S3 call by AWS's name for it."""
        s3 = self.client(session, "s3")
        match call:
            case "ListObjectsV2":
                return s3.list_objects_v2(Bucket=bucket)
            case "GetObject":
                return s3.get_object(Bucket=bucket, Key=self.story["keys"][0])
            case "PutObject":
                return s3.put_object(Bucket=bucket, Key="from-a-peer.txt", Body=b"peer")
            case "ListBuckets":
                return s3.list_buckets()
        raise AssertionError(f"the tests know no call {call}")

    def wrong_way(self, wrong: dict) -> ClientError:
        """Goes the wrong way and gives AWS's refusal."""
        options = {}
        if wrong["external_id"]:
            options["ExternalId"] = wrong["external_id"]
        if wrong["duration"]:
            options["DurationSeconds"] = wrong["duration"]
        try:
            session = self.assume(wrong["profile"], wrong["role_arn"], **options)
            if wrong["call"] != "AssumeRole":
                self.perform(session, wrong["call"], wrong["bucket"])
        except ClientError as refusal:
            assert refusal.operation_name == wrong["call"], f"refused too early: {refusal}"
            return refusal
        raise AssertionError(f"{wrong['what']}: {wrong['call']} was allowed")

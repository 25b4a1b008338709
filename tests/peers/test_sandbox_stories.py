"""Each story of the sandbox, the right way and every wrong one, by boto3, the AWS CLI and `hat`."""

import contextlib
import json
from dataclasses import dataclass

import pytest

from peer_processes import SandboxServer, aws_cli
from story_clients import StoryClients
from totp import code_now

STORIES = ["S1", "S2", "S4", "S5", "S6", "S7", "S9", "S10", "S11", "S13", "S14", "S15", "X1", "X2", "X3"]


@dataclass(frozen=True)
class Stage:
    """A story in a running sandbox."""

    story: dict
    env: dict[str, str]

    @property
    def boto(self) -> StoryClients:
        """boto3 on it."""
        return StoryClients(self.story, self.env)

    def code(self) -> list[str]:
        """What `hat` is told where the story wants a code."""
        return ["--mfa-code", code_now(self.story["mfa_seed"])] if self.story["mfa_seed"] else []


def told_by(sandbox, story_id: str) -> Stage:
    return Stage(next(told for told in sandbox.described["stories"] if told["id"] == story_id), sandbox.env)


@pytest.fixture(params=STORIES)
def set_out(request, sandbox, hat_binary, tmp_path_factory):
    """Gives the story's stage. A code counts once, so a story with MFA gets a sandbox of its own each time."""
    with contextlib.ExitStack() as own:
        def stage() -> Stage:
            shared = told_by(sandbox, request.param)
            if not shared.story["mfa_seed"]:
                return shared
            scratch = tmp_path_factory.mktemp("own-sandbox")
            return told_by(own.enter_context(SandboxServer(hat_binary, scratch)), request.param)

        yield stage


def test_every_story_of_the_sandbox_is_tested(sandbox):
    assert {told["id"] for told in sandbox.described["stories"]} == set(STORIES)


def some_keys(story: dict) -> list[str]:
    return story["keys"][:3]


def test_boto3_switches_lists_and_reads(set_out):
    stage = set_out()
    story, boto = stage.story, stage.boto
    session = boto.right_way()
    arn = boto.client(session, "sts").get_caller_identity()["Arn"]
    assert f":assumed-role/{story['role_arn'].rsplit('/', 1)[1]}/" in arn
    s3 = boto.client(session, "s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=story["bucket"])
    listed = {found["Key"] for page in pages for found in page.get("Contents", [])}
    assert set(story["keys"]) <= listed
    for key in some_keys(story):
        assert s3.get_object(Bucket=story["bucket"], Key=key)["Body"].read() is not None
    if story["shared_bucket"]:
        assert s3.list_objects_v2(Bucket=story["shared_bucket"])["KeyCount"] > 0


def test_the_aws_cli_reads_the_same_files(set_out, new_hat):
    stage = set_out()
    env, profile = {**new_hat(stage.env).env, **stage.env}, stage.story["profile"]
    if stage.story["mfa_seed"]:
        # It would ask for the code on a terminal.
        known = aws_cli("configure", "get", "role_arn", "--profile", profile, env=env)
        assert known.stdout.strip() == stage.story["role_arn"]
        return
    told = aws_cli("s3api", "list-objects-v2", "--bucket", stage.story["bucket"], "--profile", profile, env=env)
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["Contents"]


def test_further_profiles_of_the_story_work(set_out):
    stage = set_out()
    machine = stage.story["environment"]
    for name in stage.story["also"]:
        if stage.boto.profile(name).get("mfa_serial") or (machine and machine["profile"] == name):
            continue
        session = stage.boto.by_profile(name)
        assert stage.boto.client(session, "sts").get_caller_identity()["Account"]


def of_machine(machine: dict) -> dict[str, str]:
    """The credentials that a machine has in its environment."""
    return {
        "AWS_ACCESS_KEY_ID": machine["access_key_id"], "AWS_SECRET_ACCESS_KEY": machine["secret_access_key"],
        "AWS_SESSION_TOKEN": machine["session_token"],
    }


def test_the_environment_is_an_identity_for_boto3_and_for_hat(sandbox, new_hat):
    stage = told_by(sandbox, "S14")
    machine, place = stage.story["environment"], f"s3://{stage.story['bucket']}/"
    given = of_machine(machine)
    session = stage.boto.by_profile(machine["profile"], given)
    assert stage.boto.client(session, "s3").list_objects_v2(Bucket=stage.story["bucket"])["KeyCount"] > 0
    hat = new_hat(stage.env)
    assert hat.json("switch", machine["profile"], env=given)["arn"] == stage.story["role_arn"]
    assert hat.ok("s3", "ls", place, "--role", machine["profile"], env=given)


def test_each_wrong_way_is_refused_with_awss_code_and_a_request_id(set_out):
    for number in range(len(set_out().story["wrong"])):
        stage = set_out()
        wrong = stage.story["wrong"][number]
        refusal = stage.boto.wrong_way(wrong)
        assert refusal.response["Error"]["Code"] == wrong["expected_code"], wrong["what"]
        assert refusal.response["ResponseMetadata"]["RequestId"], wrong["what"]


def test_hat_switches_lists_and_reads(set_out, new_hat, tmp_path):
    stage = set_out()
    story, hat = stage.story, new_hat(stage.env)
    session = hat.json("switch", story["profile"], *stage.code())
    assert session["arn"] == story["role_arn"]
    assert 0 < session["seconds_left"] <= story["max_duration"]
    place = f"s3://{story['bucket']}/"
    assert hat.ok("s3", "ls", place, "--role", story["profile"])
    for number, key in enumerate(some_keys(story)):
        hat.ok("s3", "cp", place + key, str(tmp_path / f"copy{number}"), "--role", story["profile"])
    assert [row["outcome"] for row in hat.json("history") if row["event"] == "switch"] == ["ok"]


def asked_of_hat(wrong: dict, code: list[str]) -> list[str]:
    """The same wrong way as a command of `hat`."""
    place = ["--role", wrong["profile"], *code]
    match wrong["call"]:
        case "AssumeRole":
            options = ["--external-id", wrong["external_id"]] if wrong["external_id"] else []
            options += ["--duration", str(wrong["duration"])] if wrong["duration"] else []
            return ["switch", wrong["profile"], *options, *code]
        case "ListObjectsV2":
            return ["s3", "ls", f"s3://{wrong['bucket']}/", *place]
        case "ListBuckets":
            return ["s3", "ls", *place]
        case "PutObject":
            return ["s3", "cp", __file__, f"s3://{wrong['bucket']}/from-a-peer.txt", *place]
    raise AssertionError(f"the tests know no call {wrong['call']}")


def test_hat_is_refused_each_wrong_way(set_out, new_hat):
    for number in range(len(set_out().story["wrong"])):
        stage = set_out()
        wrong = stage.story["wrong"][number]
        # Where no code is sent on purpose, none is.
        code = stage.code() if "without-mfa" not in wrong["profile"] else []
        done = new_hat(stage.env).run(*asked_of_hat(wrong, code))
        assert done.returncode in (1, 2), f"{wrong['what']}: {done}"
        assert done.stdout == "", wrong["what"]
        # A duration that STS would refuse is refused before STS is asked: then AWS has said nothing.
        assert wrong["duration"] or "(request " in done.stderr, f"{wrong['what']}: {done.stderr}"
        if wrong["expected_code"] == "AccessDenied":
            assert wrong["expected_code"] in done.stderr, f"{wrong['what']}: {done.stderr}"

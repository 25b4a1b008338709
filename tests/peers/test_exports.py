"""What `hat env` prints, evaluated by real shells and used by the AWS CLI and boto3."""

import json
import subprocess

import boto3
import pytest
from dotenv import dotenv_values

from peer_processes import COMMAND_LIMIT_S, TOOLS, interpreter
from story_clients import environment

ROLE = "data-reader"
SHELLS = {
    "bash": ('eval "$($HAT env $ROLE --shell bash)"', 'eval "$($HAT env --unset --shell bash)"'),
    "zsh": ('eval "$($HAT env $ROLE --shell zsh)"', 'eval "$($HAT env --unset --shell zsh)"'),
    "dash": ('eval "$($HAT env $ROLE --shell dash)"', 'eval "$($HAT env --unset --shell dash)"'),
    "ksh": ('eval "$($HAT env $ROLE --shell ksh)"', 'eval "$($HAT env --unset --shell ksh)"'),
    "fish": ("$HAT env $ROLE --shell fish | source", "$HAT env --unset --shell fish | source"),
}


@pytest.fixture
def hat(new_hat, sandbox):
    return new_hat(sandbox.env)


@pytest.fixture
def role_arn(sandbox) -> str:
    return next(told["role_arn"] for told in sandbox.described["stories"] if told["profile"] == ROLE)


def run_in(shell: str, script: str, hat, **env: str) -> str:
    path = interpreter(shell)
    assert path, f"{shell} is missing: run make setup"
    done = subprocess.run(
        [path, "-c", script], env={**hat.env, "HAT": str(hat.binary), "ROLE": ROLE, **env},
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_the_aws_cli_uses_what_the_shell_exported(shell, hat, role_arn):
    # A stale profile name breaks the AWS CLI even with keys set: the exports take it away.
    aws = f"{TOOLS / 'aws'} sts get-caller-identity"
    told = run_in(shell, f"{SHELLS[shell][0]}; {aws}", hat, AWS_DEFAULT_PROFILE="stale", AWS_PROFILE="stale")
    assert f"/{role_arn.rsplit('/', 1)[1]}/" in json.loads(told)["Arn"]


@pytest.mark.parametrize("shell", SHELLS)
def test_unset_leaves_no_credential_behind(shell, hat):
    export, unset = SHELLS[shell]
    names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]
    before = {line.split("=")[0] for line in run_in(shell, f"{export}; env", hat).splitlines()}
    after = {line.split("=")[0] for line in run_in(shell, f"{export}; {unset}; env", hat).splitlines()}
    assert set(names) <= before
    assert not set(names) & after


@pytest.mark.parametrize("form", ["dotenv", "json"])
def test_files_for_programs_lead_boto3_to_the_role(form, hat, role_arn, tmp_path):
    text = hat.ok("env", ROLE, "--shell", form)
    (tmp_path / "exported").write_text(text)
    exported = dotenv_values(tmp_path / "exported") if form == "dotenv" else json.loads(text)
    with environment({**{"AWS_ENDPOINT_URL": hat.env["AWS_ENDPOINT_URL"]}, **exported}):
        arn = boto3.client("sts").get_caller_identity()["Arn"]
    assert f"/{role_arn.rsplit('/', 1)[1]}/" in arn


def test_both_region_variables_are_set(hat):
    exported = json.loads(hat.ok("env", ROLE, "--shell", "json", "--region", "eu-north-1"))
    assert exported["AWS_REGION"] == exported["AWS_DEFAULT_REGION"] == "eu-north-1"

"""Exit codes, and an empty stdout whenever something failed: scripts lean on both."""

import json
import os

import pytest

ROLE = "data-reader"


@pytest.fixture
def hat(new_hat, sandbox):
    return new_hat(sandbox.env)


@pytest.fixture
def coded(sandbox) -> str:
    """A profile that wants an MFA code."""
    return next(told["profile"] for told in sandbox.described["stories"] if told["mfa_seed"])


def test_wrong_usage_is_2(hat):
    hat.refused("switch", "no-such-role-anywhere", code=2)
    hat.refused("frobnicate", code=2)
    hat.refused("switch", ROLE, "--duration", "soon", code=2)
    hat.refused("credential-process", "data-read", code=2)


def test_an_ambiguous_role_is_2_and_lists_what_it_could_be(hat):
    said = hat.refused("switch", "data-reader-without", code=2)
    assert "data-reader-without-trust" in said and "data-reader-without-assume-role" in said


@pytest.mark.parametrize("command", ["switch", "env", "credential-process"])
def test_a_code_that_was_not_given_is_3(hat, coded, command):
    hat.refused(command, coded, code=3)


@pytest.mark.parametrize("command", ["switch", "env", "credential-process"])
def test_a_refusal_of_awss_is_1(hat, command):
    said = hat.refused(command, "data-reader-without-trust", code=1)
    assert "AccessDenied" in said


def test_a_config_that_cannot_be_read_is_1_and_names_file_and_line(hat, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("[profile a]\nregion = eu-west-1\n[profile b\nregion = eu-west-1\n")
    said = hat.refused("config", "--file", str(broken), code=1)
    assert str(broken) in said and "3" in said.replace(str(broken), "")


def test_an_endpoint_that_nobody_answers_at_is_1_and_soon(hat, tmp_path):
    # Port 9 is discard: nothing listens there.
    config = tmp_path / "config"
    config.write_text(
        "[profile keys]\nregion = eu-west-1\nendpoint_url = http://127.0.0.1:9\n"
        "[profile far]\nrole_arn = arn:aws:iam::081278057606:role/Far\nsource_profile = keys\n"
        "region = eu-west-1\nendpoint_url = http://127.0.0.1:9\n"
    )
    keys = tmp_path / "credentials"
    keys.write_text("[keys]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = example\n")
    env = {
        "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(keys), "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    }
    hat.refused("credential-process", "far", "--allow-endpoint", code=1, env=env)


@pytest.mark.parametrize(
    "command",
    [("credential-process", ROLE), ("env", ROLE), ("switch", ROLE), ("sessions",), ("exec", ROLE, "--", "true")],
    ids=lambda command: command[0],
)
def test_e60_no_agent_and_no_vault_is_a_failure_with_nothing_on_stdout(hat, command):
    # No folder can be made there, so no agent can start.
    done = hat.run(*command, env={"HATRACK_HOME": "/proc/hatrack"})
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_no_secret_is_shown_by_a_listing(hat, sandbox):
    held = json.loads(hat.ok("credential-process", ROLE))
    secrets = [held["SecretAccessKey"], held["SessionToken"]]
    secrets += [told["secret_access_key"] for told in sandbox.described["stories"]]
    for command in ("roles", "sessions", "history", "config"):
        said = hat.run(command, "--json")
        for secret in secrets:
            assert secret not in said.stdout + said.stderr, command


def test_no_secret_rests_in_the_home(hat, sandbox):
    """Without a keyring a session stays in memory: nothing on disk holds it, the history included."""
    held = json.loads(hat.ok("credential-process", ROLE))
    hat.run("switch", "data-reader-without-trust")
    for folder, _, files in os.walk(hat.home):
        for path in (os.path.join(folder, name) for name in files):
            if not os.path.isfile(path):
                continue  # the agent's socket
            with open(path, "rb") as file:
                content = file.read()
            for secret in (held["SecretAccessKey"], held["SessionToken"]):
                assert secret.encode() not in content, path

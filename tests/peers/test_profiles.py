"""Profiles that `hat` writes into the shared files: used by the AWS CLI and boto3 unchanged, beside tools that write there too."""

import concurrent.futures
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import pytest

from peer_processes import COMMAND_LIMIT_S, TOOLS, aws_cli

ROLE = "data-reader"
WRITERS = 100
KILLS = int(os.environ.get("KILL_ROUNDS", "6"))
PROGRAM = """
import sys, boto3
print(boto3.Session(profile_name=sys.argv[1]).client("sts").get_caller_identity()["Arn"])
"""


@pytest.fixture
def files(sandbox, tmp_path) -> tuple[pathlib.Path, pathlib.Path]:
    """The sandbox's files, to be written to."""
    made = []
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        path = tmp_path / name.lower()
        path.write_bytes(pathlib.Path(sandbox.env[name]).read_bytes())
        path.chmod(0o600)
        made.append(path)
    return made[0], made[1]


@pytest.fixture
def hat(new_hat, sandbox, files):
    config, credentials = files
    return new_hat({**sandbox.env, "AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)})


@pytest.fixture
def role(sandbox) -> str:
    story = next(told for told in sandbox.described["stories"] if told["profile"] == ROLE)
    return story["role_arn"].rsplit("/", 1)[1]


def outside(hat) -> dict[str, str]:
    """As another tool has it: not a word about Hatrack, and no AWS variable but those that name the files."""
    kept = {name: value for name, value in hat.env.items() if name != "HATRACK_HOME"}
    kept.pop("AWS_PROFILE", None)
    return kept


def by_cli(hat, *profile: str) -> str:
    done = aws_cli("sts", "get-caller-identity", *profile, env=outside(hat))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["Arn"]


def by_boto3(hat, profile: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, profile], env=outside(hat), capture_output=True, text=True, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("keys", [[], ["--keys"]], ids=["line", "keys"])
def test_a_written_profile_serves_the_aws_cli_and_boto3(hat, files, role, keys):
    before = [path.read_bytes() for path in files]
    hat.ok("profile", "write", ROLE, "--as", "written", "--yes", *keys)
    assert f"/{role}/" in by_cli(hat, "--profile", "written")
    assert f"/{role}/" in by_boto3(hat, "written")
    hat.ok("end", ROLE)
    assert [path.read_bytes() for path in files] == before


def without_roles_of_default(config: pathlib.Path) -> None:
    """No role starts from the default profile any more: one that roles start from is not set."""
    text = config.read_text().replace("source_profile = default", "source_profile = troy")
    assert "[default]" in text
    config.write_text(text.replace("[default]\n", "[default]\noutput = json\n"))


def test_a_default_is_another_role_and_then_what_it_was(hat, files, role):
    without_roles_of_default(files[0])
    before = [path.read_bytes() for path in files]
    hat.ok("profile", "write", ROLE, "--default", "--yes")
    assert f"/{role}/" in by_cli(hat)
    hat.ok("profile", "restore-default")
    assert [path.read_bytes() for path in files] == before


def configure(hat, number: int) -> None:
    """`aws configure set` of a profile of its own, as a person's script does."""
    done = subprocess.run(
        [str(TOOLS / "aws"), "configure", "set", "output", f"json-{number}", "--profile", f"theirs-{number}"],
        env=outside(hat), capture_output=True, text=True, timeout=COMMAND_LIMIT_S,
    )
    assert done.returncode == 0, done.stderr


def test_i65_a_hundred_aws_configure_set_lose_nothing_beside_profiles_that_come_and_go(hat, files):
    config, _ = files
    before = config.read_text()
    hat.ok("profile", "write", ROLE, "--as", "stays", "--yes")

    def ours() -> int:
        turns = 0
        while not theirs_done:
            hat.ok("profile", "write", ROLE, "--as", "turns", "--yes")
            hat.ok("profile", "remove", "turns")
            turns += 1
        return turns

    theirs_done = False
    with concurrent.futures.ThreadPoolExecutor(5) as pool:
        turning = pool.submit(ours)
        setting = [pool.submit(configure, hat, number) for number in range(WRITERS)]
        try:
            for done in setting:
                done.result()
        finally:
            theirs_done = True
        assert turning.result() > 0
    text = config.read_text()
    lost = [n for n in range(WRITERS) if f"[profile theirs-{n}]\noutput = json-{n}\n" not in text]
    assert not lost, f"theirs: {lost}"
    assert "[profile stays]" in text and "[profile turns]" not in text
    assert text.startswith(before), "what was there stays"


def test_g67_an_agent_killed_while_it_writes_leaves_whole_files_and_the_next_one_sets_them_right(hat, files):
    config, credentials = files
    chance = random.Random(67)
    without_roles_of_default(config)
    before = [path.read_bytes() for path in files]
    for number in range(KILLS):
        hat.ok("sessions")  # an agent runs
        pid = hat.json("agent", "--status")["pid"]
        writing = subprocess.Popen(
            [str(hat.binary), "profile", "write", ROLE, "--default", "--yes"], env=hat.env,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        time.sleep(chance.uniform(0, 0.25))
        os.kill(pid, signal.SIGKILL)
        writing.wait(COMMAND_LIMIT_S)
        hat.ok("profile", "list")  # the next agent starts
        if hat.json("profile", "list"):
            hat.run("profile", "restore-default")
        deadline = time.monotonic() + 10
        while [path.read_bytes() for path in files] != before:
            assert time.monotonic() < deadline, f"round {number}: {config.read_text()[:400]}"
            time.sleep(0.05)

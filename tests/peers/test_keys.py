"""Access keys against moto: out of the file, into the vault and rotated, while boto3 and the AWS CLI go on working."""

import boto3
import botocore.exceptions
import pytest

import moto_world as world
from keyring_bus import KeyringBus
from peer_processes import MotoServer, aws_cli, bare_environment


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    """A moto of its own: keys are deleted in it."""
    with MotoServer(tmp_path_factory.mktemp("moto-keys")) as server:
        acme = world.client(server, "iam", world.ACME)
        acme.create_user(UserName="troy")
        own = f"arn:aws:iam::{world.ACME}:user/troy"
        keys = [f"iam:{call}AccessKey" for call in ("Create", "Update", "Delete")]
        acme.put_user_policy(
            UserName="troy", PolicyName="own-keys",
            PolicyDocument=world.policy(
                world.allow([*keys, "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed"], "*"),
                world.allow("iam:GetUser", own),
            ),
        )
        made = acme.create_access_key(UserName="troy")["AccessKey"]
        server.first = world.Keys(made["AccessKeyId"], made["SecretAccessKey"])
        server.enforce()
        yield server


@pytest.fixture
def hat(new_hat, tmp_path, moto):
    shared = world.write_config(tmp_path, moto, moto.first)
    home = tmp_path / "bus"
    home.mkdir()
    with KeyringBus(home, bare_environment(home)) as bus:
        made = new_hat({**shared, **bus})
        # moto is on this machine: its endpoint needs no consent there.
        (made.home / "hatrack" / "sandbox-home").touch()
        yield made
        made.stop_agent()


def who_by_cli(hat) -> str:
    done = aws_cli("sts", "get-caller-identity", "--profile", "troy", "--query", "Arn", "--output", "text", env=hat.env)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def who_by_boto3(hat, monkeypatch) -> str:
    with monkeypatch.context() as patch:
        for name, value in hat.env.items():
            patch.setenv(name, value)
        session = boto3.Session(profile_name="troy")
        return session.client("sts").get_caller_identity()["Arn"]


def works(moto, keys: world.Keys) -> bool:
    try:
        world.client(moto, "sts", keys=keys).get_caller_identity()
    except botocore.exceptions.ClientError:
        return False
    return True


def test_out_of_the_file_into_the_vault_rotated_and_back(hat, moto, tmp_path, monkeypatch):
    troy = f"arn:aws:iam::{world.ACME}:user/troy"
    credentials = tmp_path / "credentials"
    before = credentials.read_bytes()
    assert who_by_cli(hat) == troy

    hat.ok("keys", "import", "troy", "--yes")
    text = credentials.read_text()
    assert moto.first.secret_access_key not in text and moto.first.access_key_id not in text
    (backup,) = tmp_path.glob("credentials.hatrack-backup-*")
    assert backup.read_bytes() == before and backup.stat().st_mode & 0o777 == 0o600
    backup.unlink()
    assert (who_by_cli(hat), who_by_boto3(hat, monkeypatch)) == (troy, troy)

    hat.ok("keys", "rotate", "troy")
    assert not works(moto, moto.first), "the old key is gone"
    assert (who_by_cli(hat), who_by_boto3(hat, monkeypatch)) == (troy, troy)
    (listed,) = [key for key in hat.json("keys", "list") if key["profile"] == "troy"]
    assert (listed["standing"], listed["user"], listed["age_days"]) == ("vault", "troy", 0)

    hat.ok("keys", "restore", "troy")
    kept = dict(line.split(" = ") for line in credentials.read_text().splitlines() if " = " in line)
    assert works(moto, world.Keys(kept["aws_access_key_id"], kept["aws_secret_access_key"]))
    hat.ok("keys", "rotate", "troy")
    assert who_by_cli(hat) == troy
    assert "hatrack-rotation" not in credentials.read_text()

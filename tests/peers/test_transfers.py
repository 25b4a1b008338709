"""`hat s3 cp` against servers of others, and what it wrote as boto3 reads it."""

import hashlib
import os
import subprocess
import time

import boto3
import pytest
from botocore.config import Config

from peer_processes import COMMAND_LIMIT_S, START_LIMIT_S, TOOLS, MotoServer, bare_environment, free_port
from story_clients import StoryClients

KEY, SECRET = "rclone-peer-key", "rclone-peer-secret"
BUCKET = "peer-bucket"
REGION = "us-east-1"
# One request, one part more than a request takes, and some parts.
SIZES = (0, 1, 100_000, 16 * 1024 * 1024 + 1, 40_000_000)


class Rclone:
    """`rclone serve s3` over a folder."""

    def __init__(self, scratch):
        self.folder = scratch / "rclone"
        (self.folder / BUCKET).mkdir(parents=True)
        self._log = scratch / "rclone.log"
        self._env = bare_environment(scratch)

    def __enter__(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._output = self._log.open("w")
        self._process = subprocess.Popen(
            [
                str(TOOLS / "rclone"), "serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}",
                "--etag-hash", "MD5", "--vfs-cache-mode", "off", str(self.folder),
            ],
            env=self._env, stdin=subprocess.DEVNULL, stdout=self._output, stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            try:
                client(self.url, KEY, SECRET).list_buckets()
                return self
            except Exception:  # It does not listen yet.
                time.sleep(0.05)

    def __exit__(self, *_error):
        self._process.terminate()
        self._process.wait(START_LIMIT_S)
        self._output.close()


def client(url, key, secret):
    return boto3.client(
        "s3", endpoint_url=url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret,
        config=Config(s3={"addressing_style": "path"}),
    )


@pytest.fixture(scope="module")
def rclone(tmp_path_factory):
    with Rclone(tmp_path_factory.mktemp("rclone")) as server:
        yield server


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """One of its own: the one that all share enforces the policies of others."""
    with MotoServer(tmp_path_factory.mktemp("moto")) as server:
        yield server


def shared_files(tmp_path, url, key, secret):
    """A profile with only keys: other S3 servers have no STS."""
    config = tmp_path / "config"
    config.write_text(
        f"[profile peer]\nregion = {REGION}\nendpoint_url = {url}\n"
        f"aws_access_key_id = {key}\naws_secret_access_key = {secret}\n"
    )
    return {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}


def copy(hat, *args):
    return hat.json("s3", "cp", *args, "--role", "peer", "--allow-endpoint")


def there_and_back(hat, s3, tmp_path, size):
    """Up with hat, read by boto3, and down again with hat."""
    sent, got = tmp_path / f"sent-{size}", tmp_path / f"got-{size}"
    sent.write_bytes(os.urandom(size))
    place = f"s3://{BUCKET}/sizes/{size}"
    up = copy(hat, str(sent), place)
    assert (up["bytes"], up["files"]) == (size, 1)
    stored = s3.get_object(Bucket=BUCKET, Key=f"sizes/{size}")
    assert hashlib.sha256(stored["Body"].read()).digest() == hashlib.sha256(sent.read_bytes()).digest()
    down = copy(hat, place, str(got))
    assert (down["bytes"], got.read_bytes() == sent.read_bytes()) == (size, True)
    return up, down


@pytest.mark.parametrize("size", [size for size in SIZES if size <= 16 * 1024 * 1024])
def test_rclone_stores_and_gives_back_every_byte(new_hat, rclone, tmp_path, size):
    hat = new_hat(shared_files(tmp_path, rclone.url, KEY, SECRET))
    there_and_back(hat, client(rclone.url, KEY, SECRET), tmp_path, size)
    assert (rclone.folder / BUCKET / "sizes" / str(size)).stat().st_size == size


def test_a_large_object_comes_from_rclone_in_ranges(new_hat, rclone, tmp_path):
    # It goes up by boto3: rclone names the root of its answer to CreateMultipartUpload otherwise than S3 does, and the
    # Rust SDK does not take it for one.
    hat = new_hat(shared_files(tmp_path, rclone.url, KEY, SECRET))
    content = os.urandom(40_000_000)
    client(rclone.url, KEY, SECRET).put_object(Bucket=BUCKET, Key="large", Body=content)
    copy(hat, f"s3://{BUCKET}/large", str(tmp_path / "large"))
    assert (tmp_path / "large").read_bytes() == content


def test_a_folder_goes_to_rclone_and_comes_back(new_hat, rclone, tmp_path):
    hat = new_hat(shared_files(tmp_path, rclone.url, KEY, SECRET))
    folder = tmp_path / "folder"
    (folder / "a" / "b").mkdir(parents=True)
    for n in range(300):
        (folder / "a" / "b" / f"{n} +%.txt").write_bytes(os.urandom(n))
    sent = copy(hat, "--recursive", str(folder), f"s3://{BUCKET}/tree/")
    assert (sent["files"], sent["failures"]) == (300, 0)
    got = copy(hat, "--recursive", f"s3://{BUCKET}/tree/", str(tmp_path / "back"))
    assert (got["files"], got["failures"]) == (300, 0)
    for file in (folder / "a" / "b").iterdir():
        assert (tmp_path / "back" / "a" / "b" / file.name).read_bytes() == file.read_bytes()


@pytest.mark.parametrize("size", SIZES)
def test_moto_stores_and_gives_back_every_byte(new_hat, open_moto, tmp_path, size):
    s3 = client(open_moto.url, "peer", "peer")
    s3.create_bucket(Bucket=BUCKET)
    hat = new_hat(shared_files(tmp_path, open_moto.url, "peer", "peer"))
    if size <= 16 * 1024 * 1024:
        there_and_back(hat, s3, tmp_path, size)
        return
    # moto gives an object made of parts a CRC32 in the name of its CRC64NVME: hat takes the bytes for wrong ones, and
    # boto3 alone reads what was stored.
    sent = tmp_path / "sent"
    sent.write_bytes(os.urandom(size))
    copy(hat, str(sent), f"s3://{BUCKET}/parts/{size}")
    assert s3.get_object(Bucket=BUCKET, Key=f"parts/{size}")["Body"].read() == sent.read_bytes()
    place = f"s3://{BUCKET}/parts/{size}"
    told = hat.refused("s3", "cp", place, str(tmp_path / "got"), "--role", "peer", "--allow-endpoint")
    assert "CRC64NVME" in told and not (tmp_path / "got").exists()


def with_s5cmd(url, key, secret, tmp_path, *args):
    """Runs s5cmd against a server and gives what it printed."""
    env = {
        **bare_environment(tmp_path),
        "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": REGION, "S3_ENDPOINT_URL": url,
    }
    ran = subprocess.run(
        [str(TOOLS / "s5cmd"), *args], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def with_rclone(url, key, secret, tmp_path, *args):
    """Runs rclone against a server."""
    named = {
        "TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": key, "SECRET_ACCESS_KEY": secret, "ENDPOINT": url,
        "REGION": REGION, "FORCE_PATH_STYLE": "true",
    }
    env = bare_environment(tmp_path) | {f"RCLONE_CONFIG_PEER_{name}": value for name, value in named.items()}
    ran = subprocess.run(
        [str(TOOLS / "rclone"), *args], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.mark.parametrize("size", [0, 100_000, 40_000_000])
def test_what_hat_wrote_is_read_by_s5cmd_and_rclone_too(new_hat, open_moto, tmp_path, size):
    s3 = client(open_moto.url, "peer", "peer")
    s3.create_bucket(Bucket=BUCKET)
    hat = new_hat(shared_files(tmp_path, open_moto.url, "peer", "peer"))
    sent = tmp_path / "sent"
    sent.write_bytes(os.urandom(size))
    key = f"read/{size} +%"
    copy(hat, str(sent), f"s3://{BUCKET}/{key}")
    theirs = (open_moto.url, "peer", "peer", tmp_path)
    assert with_s5cmd(*theirs, "cat", f"s3://{BUCKET}/{key}") == sent.read_bytes()
    with_rclone(*theirs, "copyto", f"peer:{BUCKET}/{key}", str(tmp_path / "by-rclone"))
    assert (tmp_path / "by-rclone").read_bytes() == sent.read_bytes()


# The check value that the CRC catalogues give for CRC-64/NVME, as S3 writes it.
CHECKED, CHECKSUM = b"123456789", "rosUhgp5mIg="


def test_the_sandbox_keeps_the_checksum_that_hat_sent(new_hat, sandbox, tmp_path):
    story = next(told for told in sandbox.described["stories"] if told["id"] == "S13")
    hat = new_hat(sandbox.env)
    sent = tmp_path / "sent"
    sent.write_bytes(CHECKED)
    place = f"s3://{story['bucket']}/checked-by-boto3"
    hat.json("s3", "cp", str(sent), place, "--role", "stuzio")
    clients = StoryClients(story, sandbox.env)
    s3 = clients.client(clients.right_way(), "s3")
    head = s3.head_object(Bucket=story["bucket"], Key="checked-by-boto3", ChecksumMode="ENABLED")
    assert (head["ChecksumCRC64NVME"], head["ChecksumType"]) == (CHECKSUM, "FULL_OBJECT")
    assert s3.get_object(Bucket=story["bucket"], Key="checked-by-boto3")["Body"].read() == CHECKED


def test_objects_go_to_standard_output_from_servers_of_others(new_hat, open_moto, rclone, tmp_path):
    for number, (url, key, secret) in enumerate([(open_moto.url, "peer", "peer"), (rclone.url, KEY, SECRET)]):
        folder = tmp_path / str(number)
        folder.mkdir()
        s3 = client(url, key, secret)
        if not number:
            s3.create_bucket(Bucket=BUCKET)
        content = os.urandom(300_000)
        s3.put_object(Bucket=BUCKET, Key="cat/one", Body=content)
        hat = new_hat(shared_files(folder, url, key, secret))
        place = f"s3://{BUCKET}/cat/one"
        command = [str(hat.binary), "s3", "cat", place, "--role", "peer", "--allow-endpoint"]
        assert subprocess.run(command, env=hat.env, capture_output=True, check=True).stdout == content
        part = subprocess.run([*command, "--range", "-1000"], env=hat.env, capture_output=True, check=True)
        assert part.stdout == content[-1000:]

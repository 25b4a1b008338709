"""What `hat s3 sync` wrote, as others read it."""

import hashlib
import os
import subprocess

import pytest

from peer_processes import TOOLS, MotoServer, bare_environment
from test_transfers import BUCKET, KEY, REGION, SECRET, Rclone, client, shared_files

# Names of which the order in a bucket is not that of a folder, and some that are escaped on the way.
NAMES = ("a", "a-b", "a!", "d/a", "d/b +%.txt", "d.e/f", "e\u0301", "z/y/x/w", "\u00fc \u65e5\u672c")


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """One of its own: the one that all share enforces the policies of others."""
    with MotoServer(tmp_path_factory.mktemp("sync-moto")) as server:
        client(server.url, "peer", "peer").create_bucket(Bucket=BUCKET)
        yield server


@pytest.fixture(scope="module")
def rclone(tmp_path_factory):
    with Rclone(tmp_path_factory.mktemp("sync-rclone")) as server:
        yield server


def tree(folder, day_ago=True):
    """Files of different sizes, written a day ago. By name, their bytes."""
    made = {}
    for n, name in enumerate(NAMES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        made[name] = os.urandom(1000 * n)
        file.write_bytes(made[name])
        if day_ago:
            then = file.stat().st_mtime - 86_400
            os.utime(file, (then, then))
    return made


def sync(hat, *args):
    return hat.json("s3", "sync", *args, "--role", "peer", "--allow-endpoint")


def stored(s3, prefix):
    """By name below the prefix, what boto3 reads."""
    found = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix):
        for one in page.get("Contents", []):
            found[one["Key"].removeprefix(prefix)] = s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
    return found


def test_boto3_reads_from_moto_what_sync_wrote_and_sync_knows_it_again(new_hat, open_moto, tmp_path):
    s3 = client(open_moto.url, "peer", "peer")
    hat = new_hat(shared_files(tmp_path, open_moto.url, "peer", "peer"))
    folder = tmp_path / "tree"
    made = tree(folder)
    s3.put_object(Bucket=BUCKET, Key="up/only there", Body=b"old")
    first = sync(hat, str(folder), f"s3://{BUCKET}/up/", "--delete")
    assert (first["done"]["copied"], first["done"]["deleted"], first["done"]["failures"]) == (len(NAMES), 1, 0)
    assert stored(s3, "up/") == made
    again = sync(hat, str(folder), f"s3://{BUCKET}/up/", "--delete")
    assert (again["done"], again["plan"]["same"]["count"]) == (None, len(NAMES))

    back = tmp_path / "back"
    down = sync(hat, f"s3://{BUCKET}/up/", str(back))
    assert (down["done"]["copied"], down["done"]["failures"]) == (len(NAMES), 0)
    assert {str(file.relative_to(back)): file.read_bytes() for file in back.rglob("*") if file.is_file()} == made
    again = sync(hat, f"s3://{BUCKET}/up/", str(back), "--delete")
    assert (again["done"], again["plan"]["same"]["count"]) == (None, len(NAMES))


def test_rclone_finds_no_difference_after_a_sync(new_hat, rclone, tmp_path):
    hat = new_hat(shared_files(tmp_path, rclone.url, KEY, SECRET))
    folder = tmp_path / "tree"
    made = tree(folder)
    done = sync(hat, str(folder), f"s3://{BUCKET}/up/")
    assert (done["done"]["copied"], done["done"]["failures"]) == (len(NAMES), 0)
    env = {
        **bare_environment(tmp_path),
        "RCLONE_CONFIG": "/dev/null",
        "RCLONE_CONFIG_PEER_TYPE": "s3",
        "RCLONE_CONFIG_PEER_PROVIDER": "Rclone",
        "RCLONE_CONFIG_PEER_ENDPOINT": rclone.url,
        "RCLONE_CONFIG_PEER_REGION": REGION,
        "RCLONE_CONFIG_PEER_ACCESS_KEY_ID": KEY,
        "RCLONE_CONFIG_PEER_SECRET_ACCESS_KEY": SECRET,
    }

    def run(*args):
        return subprocess.run([str(TOOLS / "rclone"), *args], env=env, capture_output=True, text=True, timeout=120)

    checked = run("check", "--download", str(folder), f"peer:{BUCKET}/up")
    assert checked.returncode == 0, checked.stderr
    assert "0 differences found" in checked.stderr
    listed = run("lsf", "-R", "--files-only", "--hash", "MD5", "--format", "ph", f"peer:{BUCKET}/up")
    assert listed.returncode == 0, listed.stderr
    hashes = dict(line.rsplit(";", 1) for line in listed.stdout.splitlines())
    assert {name: hashlib.md5(content).hexdigest() for name, content in made.items()} == hashes
    assert sync(hat, str(folder), f"s3://{BUCKET}/up/")["done"] is None

"""`hat s3 rm`, `mv` and `presign` on moto, looked at with boto3 and plain urllib."""

import urllib.request

import pytest

from peer_processes import MotoServer
from test_transfers import client, shared_files

KEY, SECRET = "objects-peer-key", "objects-peer-secret"
BUCKET = "objects-peer"


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """One of its own: the one that all share enforces the policies of others."""
    with MotoServer(tmp_path_factory.mktemp("objects-moto")) as server:
        yield server


@pytest.fixture
def peer(new_hat, open_moto, tmp_path):
    """`hat` as a function, and boto3, with an empty bucket."""
    hat = new_hat(shared_files(tmp_path, open_moto.url, KEY, SECRET))
    s3 = client(open_moto.url, KEY, SECRET)
    s3.create_bucket(Bucket=BUCKET)

    def run(*words):
        return hat.json("s3", *words, "--role", "peer", "--allow-endpoint")

    yield run, s3
    listed = s3.list_object_versions(Bucket=BUCKET)
    for found in listed.get("Versions", []) + listed.get("DeleteMarkers", []):
        s3.delete_object(Bucket=BUCKET, Key=found["Key"], VersionId=found["VersionId"])
    s3.delete_bucket(Bucket=BUCKET)


def keys(s3):
    return sorted(found["Key"] for found in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []))


def test_delete_markers_are_made_and_removed(peer):
    run, s3 = peer
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    names = ["logs/a b", "logs/ü&<>", "logs/z"]
    for name in names:
        s3.put_object(Bucket=BUCKET, Key=name, Body=name.encode())
    done = run("rm", "--recursive", f"s3://{BUCKET}/logs/")
    assert (done["deleted"], done["undoable"], keys(s3)) == (3, True, [])
    markers = {m["Key"]: m["VersionId"] for m in s3.list_object_versions(Bucket=BUCKET)["DeleteMarkers"]}
    assert {one["key"]: one["delete_marker"] for one in done["objects"]} == markers

    back = run("rm", "--recursive", "--undo", f"s3://{BUCKET}/logs/")
    assert (back["deleted"], keys(s3)) == (3, sorted(names))
    assert "DeleteMarkers" not in s3.list_object_versions(Bucket=BUCKET)
    for name in names:
        assert s3.get_object(Bucket=BUCKET, Key=name)["Body"].read() == name.encode()


def test_a_rename_keeps_tags_and_metadata(peer):
    run, s3 = peer
    s3.put_object(
        Bucket=BUCKET, Key="old", Body=b"bytes", ContentType="text/x-mine", CacheControl="no-store",
        Metadata={"colour": "red"}, Tagging="team=a+b", StorageClass="STANDARD_IA",
    )
    moved = run("mv", f"s3://{BUCKET}/old", f"s3://{BUCKET}/new")
    assert (moved["moved"], keys(s3)) == (1, ["new"])
    head = s3.get_object(Bucket=BUCKET, Key="new")
    assert head["Body"].read() == b"bytes"
    assert (head["ContentType"], head["CacheControl"], head["Metadata"]) == ("text/x-mine", "no-store", {"colour": "red"})
    assert head["StorageClass"] == "STANDARD_IA"
    tags = s3.get_object_tagging(Bucket=BUCKET, Key="new")["TagSet"]
    assert tags == [{"Key": "team", "Value": "a b"}]


def test_a_presigned_link_is_fetched_by_anybody(peer):
    run, s3 = peer
    s3.put_object(Bucket=BUCKET, Key="lent +%20", Body=b"lent bytes")
    made = run("presign", f"s3://{BUCKET}/lent +%20", "--expires-in", "5m")
    assert (made["limited_by"], made["seconds"]) == ("asked", 300)
    with urllib.request.urlopen(made["url"]) as answer:
        assert answer.read() == b"lent bytes"

    made = run("presign", "--put", f"s3://{BUCKET}/given")
    # Nothing of the body or its type is signed: whoever sends it chooses.
    assert "X-Amz-SignedHeaders=host&" in made["url"] + "&"
    plain = {"Content-Type": "application/octet-stream"}
    request = urllib.request.Request(made["url"], data=b"sent by anybody", method="PUT", headers=plain)
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 200
    assert s3.get_object(Bucket=BUCKET, Key="given")["Body"].read() == b"sent by anybody"

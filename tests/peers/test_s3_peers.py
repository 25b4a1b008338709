"""The sandbox's S3 beside moto's: the same boto3 calls to both, and what matters of the answers compared.

Where the two differ, the difference is listed with its reason; one that is no longer there fails the test too.
"""

import base64
import hashlib
import itertools
from datetime import datetime, timezone

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from peer_processes import MotoServer, SandboxServer
from story_clients import StoryClients

MIB = 1024 * 1024
ONE_TRY = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
HEADERS = [
    "content-type", "content-range", "accept-ranges", "x-amz-delete-marker", "x-amz-mp-parts-count",
    "x-amz-tagging-count", "x-amz-checksum-type", "x-amz-storage-class", "x-amz-restore",
]
# Times, names of people and of machines, and what only says which request it was.
PASSING = {"ResponseMetadata", "LastModified", "Owner", "Initiator", "Initiated", "Location", "RequestCharged"}
IDS = {
    "VersionId", "UploadId", "CopySourceVersionId", "NextVersionIdMarker", "NextUploadIdMarker", "DeleteMarkerVersionId",
    "NextContinuationToken", "ContinuationToken", "VersionIdMarker", "UploadIdMarker",
}


class Side:
    """One of the two servers, with a bucket of its own."""

    def __init__(self, s3, bucket: str):
        self.s3 = s3
        self.bucket = bucket
        self.log = []
        self._ids = {}

    def ask(self, call: str, **given):
        """Calls, notes what was answered, and gives the answer."""
        given.setdefault("Bucket", self.bucket)
        try:
            answer = getattr(self.s3, call)(**given)
            if "Body" in answer:
                answer["Body"] = answer["Body"].read()
            told = self._plain(answer)
            told["body"] = told.pop("Body", None)
        except ClientError as refusal:
            answer = refusal.response
            told = {"code": answer["Error"]["Code"]}
        sent = answer["ResponseMetadata"]
        told["status"] = sent["HTTPStatusCode"]
        told |= {f"header {name}": sent["HTTPHeaders"][name] for name in HEADERS if name in sent["HTTPHeaders"]}
        # Bodies of XML have a type that clients do not look at.
        if call not in ("get_object", "head_object"):
            told.pop("header content-type", None)
        self.log.append((f"{len(self.log)} {call}", {name: value for name, value in told.items() if value is not None}))
        return answer

    def _plain(self, value, name=""):
        """A value without what is bound to differ."""
        if isinstance(value, dict):
            return {key: self._plain(inner, key) for key, inner in value.items() if key not in PASSING}
        if isinstance(value, list):
            return [self._plain(inner, name) for inner in value]
        if isinstance(value, datetime):
            return "time"
        if name in IDS and value not in ("null", "", None):
            return f"id {self._ids.setdefault(value, len(self._ids))}"
        if isinstance(value, str):
            return value.replace(self.bucket, "BUCKET")
        return value


@pytest.fixture(scope="module")
def sandbox_of_its_own(hat_binary, tmp_path_factory):
    with SandboxServer(hat_binary, tmp_path_factory.mktemp("s3-sandbox")) as server:
        yield server


@pytest.fixture(scope="module")
def moto_of_its_own(tmp_path_factory):
    with MotoServer(tmp_path_factory.mktemp("s3-moto")) as server:
        yield server


NUMBERS = itertools.count()


@pytest.fixture
def sides(sandbox_of_its_own, moto_of_its_own, hat_binary, tmp_path):
    """The sandbox and moto, both with an empty folder to work in."""
    story = next(told for told in sandbox_of_its_own.described["stories"] if told["id"] == "S13")
    clients = StoryClients(story, sandbox_of_its_own.env)
    s3 = clients.client(clients.right_way(), "s3")
    bucket = f"peer-{next(NUMBERS)}"
    moto = boto3.client(
        "s3", endpoint_url=moto_of_its_own.url, region_name="eu-south-1", config=ONE_TRY,
        aws_access_key_id="peer", aws_secret_access_key="peer",
    )
    moto.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-south-1"})
    ours = Side(s3, story["bucket"])
    empty(s3, ours.bucket)
    yield ours, Side(moto, bucket)
    empty(s3, ours.bucket)


def empty(s3, bucket: str) -> None:
    """Takes everything out of a bucket, and its settings back."""
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]},
    )
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for found in page.get("Versions", []) + page.get("DeleteMarkers", []):
            s3.delete_object(Bucket=bucket, Key=found["Key"], VersionId=found["VersionId"])
    for upload in s3.list_multipart_uploads(Bucket=bucket).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    if s3.get_bucket_versioning(Bucket=bucket).get("Status") == "Enabled":
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def agree(sides, scenario, known: dict[str, str] | None = None) -> None:
    """Runs a scenario on both. `known` names differences, by the call's number and name and the field, with the reason."""
    for side in sides:
        scenario(side)
    ours, theirs = (dict(side.log) for side in sides)
    assert list(ours) == list(theirs)
    differences = {}
    for call in ours:
        for field in sorted(ours[call].keys() | theirs[call].keys()):
            mine, other = ours[call].get(field), theirs[call].get(field)
            if mine != other:
                differences[f"{call}: {field}"] = f"sandbox {mine!r}, moto {other!r}"
    known = known or {}
    new = {name: text for name, text in differences.items() if name not in known}
    assert not new, "\n".join(f"{name}: {text}" for name, text in new.items())
    gone = known.keys() - differences.keys()
    assert not gone, f"these are the same by now: {sorted(gone)}"


def versions(side):
    side.ask("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    side.ask("get_bucket_versioning")
    first = side.ask("put_object", Key="k", Body=b"one")["VersionId"]
    side.ask("put_object", Key="k", Body=b"two")
    side.ask("get_object", Key="k")
    side.ask("get_object", Key="k", VersionId=first)
    side.ask("head_object", Key="k", VersionId=first)
    marker = side.ask("delete_object", Key="k")["VersionId"]
    side.ask("get_object", Key="k")
    side.ask("get_object", Key="k", VersionId=marker)
    side.ask("list_object_versions", Prefix="k")
    side.ask("list_object_versions", Prefix="k", MaxKeys=1)
    side.ask("delete_object", Key="k", VersionId=marker)
    side.ask("get_object", Key="k")
    side.ask("delete_object", Key="k", VersionId=first)
    side.ask("get_object", Key="k", VersionId=first)


def test_versions(sides):
    agree(sides, versions)


def suspended(side):
    side.ask("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    side.ask("put_object", Key="k", Body=b"kept")
    side.ask("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"})
    side.ask("get_bucket_versioning")
    side.ask("put_object", Key="k", Body=b"null")
    side.ask("get_object", Key="k")
    side.ask("list_object_versions", Prefix="k")


def test_suspended_versions(sides):
    agree(sides, suspended)


def copies(side):
    side.ask("put_object", Key="k", Body=b"hello", ContentType="text/plain", Metadata={"a": "b"}, Tagging="team=blue")
    source = {"Bucket": side.bucket, "Key": "k"}
    side.ask("copy_object", Key="same", CopySource=source)
    side.ask("head_object", Key="same")
    side.ask("get_object_tagging", Key="same")
    side.ask(
        "copy_object", Key="other", CopySource=source, MetadataDirective="REPLACE", Metadata={"c": "d"},
        ContentType="text/csv", TaggingDirective="REPLACE", Tagging="x=y", StorageClass="STANDARD_IA",
    )
    side.ask("head_object", Key="other")
    side.ask("get_object_tagging", Key="other")
    side.ask("copy_object", Key="k", CopySource=source)
    side.ask("copy_object", Key="to", CopySource={"Bucket": side.bucket, "Key": "absent"})


def test_copies(sides):
    agree(sides, copies)


def copy_conditions(side):
    tag = side.ask("put_object", Key="k", Body=b"hello")["ETag"]
    source = {"Bucket": side.bucket, "Key": "k"}
    side.ask("copy_object", Key="to", CopySource=source, CopySourceIfMatch=tag)
    side.ask("copy_object", Key="to", CopySource=source, CopySourceIfMatch='"0"')
    side.ask("copy_object", Key="to", CopySource=source, CopySourceIfNoneMatch=tag)


def test_conditions_on_a_copys_source(sides):
    agree(sides, copy_conditions)


def tags(side):
    side.ask("put_object", Key="k", Body=b"x", Tagging="team=blue&cost=7")
    side.ask("get_object_tagging", Key="k")
    side.ask("get_object", Key="k")
    side.ask("put_object_tagging", Key="k", Tagging={"TagSet": [{"Key": "x", "Value": "y"}]})
    side.ask("get_object_tagging", Key="k")
    side.ask("put_object_tagging", Key="k", Tagging={"TagSet": [{"Key": str(n), "Value": ""} for n in range(11)]})
    side.ask("delete_object_tagging", Key="k")
    side.ask("get_object_tagging", Key="k")
    side.ask("get_object_tagging", Key="absent")


def test_tags(sides):
    agree(sides, tags)


def reads(side):
    tag = side.ask("put_object", Key="k", Body=bytes(range(100)))["ETag"]
    for asked in ["bytes=0-9", "bytes=90-", "bytes=-5", "bytes=50-500", "bytes=100-"]:
        side.ask("get_object", Key="k", Range=asked)
    side.ask("get_object", Key="k", IfMatch=tag)
    side.ask("get_object", Key="k", IfMatch='"0"')
    side.ask("get_object", Key="k", IfNoneMatch=tag)
    side.ask("get_object", Key="k", IfNoneMatch='"0"')
    long_ago, far_off = datetime(2001, 1, 1, tzinfo=timezone.utc), datetime(2100, 1, 1, tzinfo=timezone.utc)
    side.ask("get_object", Key="k", IfModifiedSince=far_off)
    side.ask("get_object", Key="k", IfModifiedSince=long_ago)
    side.ask("get_object", Key="k", IfUnmodifiedSince=far_off)
    side.ask("get_object", Key="k", IfUnmodifiedSince=long_ago)
    side.ask("head_object", Key="k", IfMatch='"0"')
    side.ask("head_object", Key="k", IfNoneMatch=tag)
    side.ask("head_object", Key="absent")
    side.ask("get_object", Key="absent")
    side.ask("get_object", Key="k", ResponseContentType="text/csv")


def test_ranges_and_conditions_on_reads(sides):
    agree(sides, reads)


def writes(side):
    side.ask("put_object", Key="k", Body=b"1", IfNoneMatch="*")
    tag = side.ask("put_object", Key="k", Body=b"2", IfNoneMatch="*")
    tag = side.ask("head_object", Key="k")["ETag"]
    side.ask("put_object", Key="k", Body=b"3", IfMatch='"0"')
    side.ask("put_object", Key="k", Body=b"4", IfMatch=tag)
    side.ask("put_object", Key="absent", Body=b"5", IfMatch=tag)
    side.ask("get_object", Key="k")


def test_conditions_on_writes(sides):
    agree(sides, writes)


def sums(side):
    for algorithm in ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]:
        side.ask("put_object", Key="k", Body=b"123456789", ChecksumAlgorithm=algorithm)
        side.ask("head_object", Key="k", ChecksumMode="ENABLED")
        side.ask("head_object", Key="k")
        side.ask("get_object_attributes", Key="k", ObjectAttributes=["Checksum", "ETag", "ObjectSize", "StorageClass"])


def test_checksums(sides):
    agree(sides, sums)


def wrong_sums(side):
    wrong = base64.b64encode(hashlib.sha256(b"other").digest()).decode()
    side.ask("put_object", Key="bad", Body=b"hello", ChecksumSHA256=wrong)
    side.ask("put_object", Key="bad", Body=b"hello", ContentMD5=base64.b64encode(hashlib.md5(b"other").digest()).decode())
    side.ask("head_object", Key="bad")


def test_wrong_checksums(sides):
    agree(sides, wrong_sums)


def parts(side):
    upload = side.ask("create_multipart_upload", Key="p", ContentType="text/plain", Metadata={"a": "b"})["UploadId"]
    done = []
    for number, body in [(1, bytes(5 * MIB)), (2, b"end")]:
        sent = side.ask("upload_part", Key="p", UploadId=upload, PartNumber=number, Body=body)
        done.append({"PartNumber": number, "ETag": sent["ETag"]})
    side.ask("list_parts", Key="p", UploadId=upload)
    side.ask("list_parts", Key="p", UploadId=upload, MaxParts=1)
    side.ask("list_multipart_uploads")
    side.ask("complete_multipart_upload", Key="p", UploadId=upload, MultipartUpload={"Parts": done[::-1]})
    side.ask(
        "complete_multipart_upload", Key="p", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 7, "ETag": done[0]["ETag"]}]},
    )
    side.ask("complete_multipart_upload", Key="p", UploadId=upload, MultipartUpload={"Parts": done})
    side.ask("head_object", Key="p")
    side.ask("head_object", Key="p", PartNumber=2)
    side.ask("get_object", Key="p", PartNumber=2)
    side.ask("complete_multipart_upload", Key="p", UploadId="absent", MultipartUpload={"Parts": done})


def test_uploads_in_parts(sides):
    agree(sides, parts)


def small_parts(side):
    upload = side.ask("create_multipart_upload", Key="p")["UploadId"]
    done = []
    for number in (1, 2):
        sent = side.ask("upload_part", Key="p", UploadId=upload, PartNumber=number, Body=b"small")
        done.append({"PartNumber": number, "ETag": sent["ETag"]})
    side.ask("complete_multipart_upload", Key="p", UploadId=upload, MultipartUpload={"Parts": done})
    side.ask("abort_multipart_upload", Key="p", UploadId=upload)
    side.ask("list_parts", Key="p", UploadId=upload)
    side.ask("list_multipart_uploads")


def test_parts_that_are_too_small_and_aborting(sides):
    agree(sides, small_parts)


def part_copies(side):
    side.ask("put_object", Key="k", Body=bytes(range(200)))
    upload = side.ask("create_multipart_upload", Key="p")["UploadId"]
    copied = side.ask(
        "upload_part_copy", Key="p", UploadId=upload, PartNumber=1, CopySource={"Bucket": side.bucket, "Key": "k"},
        CopySourceRange="bytes=10-19",
    )
    side.ask(
        "complete_multipart_upload", Key="p", UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": copied.get("CopyPartResult", {}).get("ETag", "")}]},
    )
    side.ask("get_object", Key="p")


def test_parts_that_are_copied(sides):
    agree(sides, part_copies)


def listings(side):
    for key in ["a/1", "a/2", "b/1", "c", "d e+f&g", "\u00e9"]:
        side.ask("put_object", Key=key, Body=b"x")
    side.ask("list_objects_v2")
    side.ask("list_objects_v2", Delimiter="/")
    side.ask("list_objects_v2", Prefix="a/", Delimiter="/")
    side.ask("list_objects_v2", StartAfter="a/2", MaxKeys=2)
    page = side.ask("list_objects_v2", Delimiter="/", MaxKeys=2)
    side.ask("list_objects_v2", Delimiter="/", MaxKeys=2, ContinuationToken=page["NextContinuationToken"])
    side.ask("list_objects_v2", EncodingType="url", Prefix="d")
    side.ask("list_objects", Delimiter="/")
    side.ask("list_objects", MaxKeys=2, Marker="a/1")


def test_listings(sides):
    agree(sides, listings)


def deletes(side):
    for key in "ab":
        side.ask("put_object", Key=key, Body=b"x")
    side.ask("delete_objects", Delete={"Objects": [{"Key": "a"}, {"Key": "absent"}]})
    side.ask("delete_objects", Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    side.ask("delete_object", Key="absent")
    side.ask("list_objects_v2")


def test_deletes(sides):
    agree(sides, deletes)


def archives(side):
    side.ask("put_object", Key="k", Body=b"cold", StorageClass="GLACIER")
    side.ask("head_object", Key="k")
    side.ask("get_object", Key="k")
    side.ask("put_object", Key="warm", Body=b"warm")
    side.ask("restore_object", Key="warm", RestoreRequest={"Days": 1})
    side.ask("restore_object", Key="k", RestoreRequest={"Days": 1})
    side.ask("put_object", Key="x", Body=b"x", StorageClass="LUKEWARM")


def test_archives(sides):
    agree(sides, archives)


def encryption(side):
    side.ask("put_object", Key="k", Body=b"x", ServerSideEncryption="AES256")
    side.ask("head_object", Key="k")
    side.ask("get_bucket_encryption")


def test_encryption(sides):
    agree(sides, encryption)


def settings(side):
    side.ask("get_bucket_cors")
    side.ask("get_bucket_policy")
    side.ask("get_bucket_policy_status")
    side.ask("get_bucket_request_payment")
    side.ask("get_bucket_ownership_controls")
    side.ask("get_public_access_block")
    side.ask("get_bucket_location")
    side.ask("head_bucket")


def test_settings(sides):
    agree(sides, settings)

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

from peer_processes import MotoServer, SandboxServer
from s3_sides import Side, agree
from story_clients import StoryClients

MIB = 1024 * 1024
REGION = "eu-south-1"
ONE_TRY = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


@pytest.fixture(scope="module")
def open_moto(tmp_path_factory):
    """A moto that allows everything."""
    with MotoServer(tmp_path_factory.mktemp("s3-moto")) as server:
        yield server


NUMBERS = itertools.count()


@pytest.fixture
def sides(open_moto, hat_binary, tmp_path):
    """The sandbox and moto, each with a bucket that no other test uses."""
    bucket = f"peer-{next(NUMBERS)}"
    moto = boto3.client(
        "s3", endpoint_url=open_moto.url, region_name=REGION, config=ONE_TRY,
        aws_access_key_id="peer", aws_secret_access_key="peer",
    )
    moto.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    with SandboxServer(hat_binary, tmp_path) as sandbox:
        story = next(told for told in sandbox.described["stories"] if told["id"] == "S13")
        clients = StoryClients(story, sandbox.env)
        s3 = clients.client(clients.right_way(), "s3")
        # Its role may do everything in this bucket, and nothing else.
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=story["bucket"]):
            for found in page.get("Contents", []):
                s3.delete_object(Bucket=story["bucket"], Key=found["Key"])
        yield Side(s3, story["bucket"]), Side(moto, bucket)


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
    agree(sides, versions, {
        "8 get_object: header x-amz-delete-marker": "moto does not say why the key is gone",
        "9 get_object: code": "a marker cannot be read: AWS has 405 for it",
        "9 get_object: status": "the same",
        "9 get_object: header x-amz-delete-marker": "the same",
        "12 delete_object: DeleteMarker": "moto does not say that a marker went",
        "12 delete_object: header x-amz-delete-marker": "the same",
    })


def suspended(side):
    side.ask("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
    side.ask("put_object", Key="k", Body=b"kept")
    side.ask("put_bucket_versioning", VersioningConfiguration={"Status": "Suspended"})
    side.ask("get_bucket_versioning")
    side.ask("put_object", Key="k", Body=b"null")
    side.ask("get_object", Key="k")
    side.ask("list_object_versions", Prefix="k")


def test_suspended_versions(sides):
    agree(sides, suspended, {
        "4 put_object: VersionId": "moto does not name the version null",
        "5 get_object: VersionId": "the same",
        "6 list_object_versions: Versions": "moto drops the versions of a bucket when a null one is put",
    })


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
    agree(sides, copy_conditions, {
        "2 copy_object: code": "moto looks at no condition but If-Match",
        "2 copy_object: status": "the same",
        "2 copy_object: CopyObjectResult": "the same",
    })


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
    agree(sides, reads, {
        "5 get_object: header content-range": "moto does not tell the length that there is (RFC 9110, section 15.5.17)",
    })


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
    # boto3 makes the others only with a library of Amazon's own beside it.
    for algorithm in ["CRC32", "SHA1", "SHA256"]:
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
    agree(sides, wrong_sums, {
        "0 put_object: code": "moto checks no checksum",
        "0 put_object: status": "moto checks no checksum",
        "0 put_object: ETag": "moto checks no checksum",
        "1 put_object: code": "moto checks no checksum",
        "1 put_object: status": "moto checks no checksum",
        "1 put_object: ETag": "moto checks no checksum",
        "1 put_object: ChecksumCRC32": "moto checks no checksum",
        "2 head_object: code": "so it has kept the object",
        "2 head_object: status": "so it has kept the object",
        "2 head_object: AcceptRanges": "so it has kept the object",
        "2 head_object: ContentLength": "so it has kept the object",
        "2 head_object: ContentType": "so it has kept the object",
        "2 head_object: ETag": "so it has kept the object",
        "2 head_object: Metadata": "so it has kept the object",
        "2 head_object: header accept-ranges": "so it has kept the object",
        "2 head_object: header content-type": "so it has kept the object",
    })


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
    agree(sides, parts, {
        "3 list_parts: Parts": "moto tells no checksums of parts",
        "4 list_parts: Parts": "the same",
        "5 list_multipart_uploads: Prefix": "moto leaves out an empty prefix",
        "6 complete_multipart_upload: code": "moto looks at sizes before it looks at the order",
        "8 complete_multipart_upload: ChecksumCRC64NVME": "where none is asked for, AWS makes this; moto makes none",
        "8 complete_multipart_upload: VersionId": "moto names a version in a bucket that has none",
        "10 head_object: ContentRange": "moto shows a part as an object of its own",
        "10 head_object: ContentType": "moto shows a part as an object of its own",
        "10 head_object: ETag": "moto shows a part as an object of its own",
        "10 head_object: Metadata": "moto shows a part as an object of its own",
        "10 head_object: header content-range": "moto shows a part as an object of its own",
        "10 head_object: header content-type": "moto shows a part as an object of its own",
        "10 head_object: status": "moto shows a part as an object of its own",
        "11 get_object: ContentLength": "moto gives the whole",
        "11 get_object: ContentRange": "moto gives the whole",
        "11 get_object: PartsCount": "moto gives the whole",
        "11 get_object: body": "moto gives the whole",
        "11 get_object: header content-range": "moto gives the whole",
        "11 get_object: header x-amz-mp-parts-count": "moto gives the whole",
        "11 get_object: status": "moto gives the whole",
        "12 complete_multipart_upload: code": "moto fails on an upload that is not there",
        "12 complete_multipart_upload: status": "the same",
    })


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
    agree(sides, small_parts, {
        "6 list_multipart_uploads: Prefix": "moto leaves out an empty prefix",
    })


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
    agree(sides, part_copies, {
        "3 complete_multipart_upload: ChecksumCRC64NVME": "where none is asked for, AWS makes this; moto makes none",
        "3 complete_multipart_upload: VersionId": "moto names a version in a bucket that has none",
        "4 get_object: ChecksumCRC64NVME": "as above",
    })


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
    agree(sides, listings, {
        "11 list_objects_v2: ContinuationToken": "moto does not repeat the token",
        "13 list_objects: Prefix": "moto leaves out an empty prefix",
        "14 list_objects: Prefix": "the same",
        "14 list_objects: Marker": "moto does not repeat the marker",
        "14 list_objects: NextMarker": "AWS names it only where there is a delimiter",
    })


def deletes(side):
    for key in "ab":
        side.ask("put_object", Key=key, Body=b"x")
    side.ask("delete_objects", Delete={"Objects": [{"Key": "a"}, {"Key": "absent"}]})
    side.ask("delete_objects", Delete={"Objects": [{"Key": "b"}], "Quiet": True})
    side.ask("delete_object", Key="absent")
    side.ask("list_objects_v2")


def test_deletes(sides):
    agree(sides, deletes, {
        "3 delete_objects: Deleted": "moto does not know quiet",
    })


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
    agree(sides, encryption, {
        "2 get_bucket_encryption: code": "since 2023 every bucket has an encryption",
        "2 get_bucket_encryption: status": "since 2023 every bucket has an encryption",
        "2 get_bucket_encryption: ServerSideEncryptionConfiguration": "since 2023 every bucket has an encryption",
    })


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
    agree(sides, settings, {
        "3 get_bucket_request_payment: Payer": "moto does not know who pays",
        "4 get_bucket_ownership_controls: code": "since 2023 a new bucket has ownership controls",
        "4 get_bucket_ownership_controls: status": "since 2023 a new bucket has ownership controls",
        "4 get_bucket_ownership_controls: OwnershipControls": "since 2023 a new bucket has ownership controls",
        "5 get_public_access_block: code": "since 2023 a new bucket blocks public access",
        "5 get_public_access_block: status": "since 2023 a new bucket blocks public access",
        "5 get_public_access_block: PublicAccessBlockConfiguration": "since 2023 a new bucket blocks public access",
    })

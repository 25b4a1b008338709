"""Two S3 servers asked the same, and what matters of their answers compared."""

from datetime import datetime

from botocore.exceptions import ClientError

READS = ("get_object", "head_object")
# Compared on any answer, on those to reads, and on those to reads that are not refused.
HEADERS = ["x-amz-delete-marker"]
READ_HEADERS = ["content-range", "x-amz-mp-parts-count", "x-amz-tagging-count", "x-amz-storage-class", "x-amz-restore"]
BODY_HEADERS = ["content-type", "accept-ranges"]
# Times, names of people and of machines, and what only says which request it was.
PASSING = {"ResponseMetadata", "LastModified", "Owner", "Initiator", "Initiated", "Location", "RequestCharged"}
# What moto leaves out of most answers: the kind of a checksum, the encryption that every object has had since 2023, and
# that names are percent-encoded where that was asked for.
LEFT_OUT = {"ChecksumType", "ChecksumAlgorithm", "ServerSideEncryption", "EncodingType"}
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
        headers = HEADERS + (READ_HEADERS if call in READS else [])
        headers += BODY_HEADERS if call in READS and "code" not in told else []
        told |= {f"header {name}": sent["HTTPHeaders"][name] for name in headers if name in sent["HTTPHeaders"]}
        self.log.append((f"{len(self.log)} {call}", {name: value for name, value in told.items() if value is not None}))
        return answer

    def _plain(self, value, name=""):
        """A value without what is bound to differ."""
        if isinstance(value, dict):
            kept = value.keys() - PASSING - LEFT_OUT
            return {key: self._plain(value[key], key) for key in value if key in kept}
        if isinstance(value, list):
            plain = [self._plain(inner, name) for inner in value]
            return sorted(plain, key=lambda tag: tag["Key"]) if name == "TagSet" else plain
        if isinstance(value, datetime):
            return "time"
        if name in IDS and value not in ("null", "", None):
            return f"id {self._ids.setdefault(value, len(self._ids))}"
        if isinstance(value, str):
            return value.replace(self.bucket, "BUCKET")
        return value


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

"""The job that `hat s3 sync` asks S3 Batch Operations for, beside the one that botocore asks for."""

import threading
import xml.etree.ElementTree as ElementTree
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSResponse

from test_transfers import REGION, shared_files

ACCOUNT = "081278057606"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Copier"
SOURCE, TARGET = "source-bucket", "target-bucket"
KEYS = [f"set/a b,{n:02}" for n in range(12)]
CONTROL = "http://awss3control.amazonaws.com/doc/2018-08-20/"


class Recorder(BaseHTTPRequestHandler):
    """S3 and S3 Control, as far as one sync goes. It notes what is asked of the latter."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def answer(self, body="", **headers):
        content = body.encode()
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def do_HEAD(self):
        self.answer(x_amz_bucket_region=REGION)

    def do_GET(self):
        place = urlsplit(self.path)
        query = parse_qs(place.query, keep_blank_values=True)
        if place.path.startswith("/v20180820/jobs/"):
            self.answer(self.server.described())
        elif "ownershipControls" in query:
            self.answer(
                "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>"
            )
        else:
            keys = KEYS if place.path.strip("/") == SOURCE else []
            rows = "".join(
                f'<Contents><Key>{key}</Key><LastModified>2026-06-01T00:00:00.000Z</LastModified>'
                f'<ETag>"{n:032x}"</ETag><Size>{n}</Size></Contents>'
                for n, key in enumerate(keys)
            )
            self.answer(
                f"<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>{len(keys)}</KeyCount>{rows}</ListBucketResult>"
            )

    def do_PUT(self):
        self.server.stored[urlsplit(self.path).path] = self.body()
        self.answer(ETag='"0123456789abcdef0123456789abcdef"')

    def do_POST(self):
        body = self.body()
        place = urlsplit(self.path)
        if place.path.endswith("/status"):
            self.server.confirmed = True
            self.answer("<UpdateJobStatusResult><JobId>job-1</JobId><Status>Ready</Status></UpdateJobStatusResult>")
            return
        self.server.created.append((self.command, self.path, dict(self.headers), body))
        self.answer("<CreateJobResult><JobId>job-1</JobId></CreateJobResult>")

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Recorder)
        self.stored, self.created, self.confirmed = {}, [], False

    def described(self):
        status = "Complete" if self.confirmed else "Suspended"
        done = len(KEYS) if self.confirmed else 0
        return (
            f"<DescribeJobResult><Job><JobId>job-1</JobId><Status>{status}</Status><ProgressSummary>"
            f"<TotalNumberOfTasks>{len(KEYS)}</TotalNumberOfTasks><NumberOfTasksSucceeded>{done}</NumberOfTasksSucceeded>"
            f"<NumberOfTasksFailed>0</NumberOfTasksFailed></ProgressSummary></Job></DescribeJobResult>"
        )


@pytest.fixture
def recorder():
    server = Server()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def fields(body: bytes) -> dict:
    """An XML document as nested values; what stands in a list keeps its order."""

    def read(node):
        children = list(node)
        if not children:
            return node.text or ""
        names = [child.tag for child in children]
        if all(name.endswith("member") for name in names) or len(set(names)) < len(names):
            return [(child.tag, read(child)) for child in children]
        return {child.tag: read(child) for child in children}

    root = ElementTree.fromstring(body)
    return {root.tag: read(root)}


def by_botocore(**parameters):
    """The request that botocore makes of the parameters, which goes nowhere."""
    control = boto3.client(
        "s3control", region_name=REGION, aws_access_key_id="peer", aws_secret_access_key="peer-secret-of-no-account"
    )
    seen = []

    def keep(request, **_kwargs):
        seen.append(request)

        class Raw:
            def stream(self, **_kwargs):
                yield b"<CreateJobResult><JobId>job-1</JobId></CreateJobResult>"

        return AWSResponse(request.url, 200, {}, Raw())

    control.meta.events.register("before-send.s3-control.CreateJob", keep)
    control.create_job(**parameters)
    return seen[0]


def text(name: str, body: bytes) -> str:
    """An element of the request, which has to be there."""
    found = ElementTree.fromstring(body).find(f".//{{{CONTROL}}}{name}")
    assert found is not None and found.text, name
    return found.text


def test_a_job_is_asked_for_as_botocore_asks_for_it(new_hat, recorder, tmp_path):
    url = f"http://127.0.0.1:{recorder.server_address[1]}"
    hat = new_hat(shared_files(tmp_path, url, "peer", "peer"))
    done = hat.json(
        "s3", "sync", f"s3://{SOURCE}/set/", f"s3://{TARGET}/copies/set/", "--role", "peer", "--allow-endpoint",
        "--batch-over", "10", "--batch-role", ROLE, "--storage-class", "STANDARD_IA",
    )
    assert (done["done"]["copied"], done["done"]["job"], done["done"]["failures"]) == (len(KEYS), "job-1", 0)
    [(method, path, headers, body)] = recorder.created

    place = text("ObjectArn", body)
    manifest = recorder.stored["/" + place.removeprefix("arn:aws:s3:::")]
    assert [line.split(b",", 1) for line in manifest.splitlines() if line.startswith(SOURCE.encode())] == [
        [SOURCE.encode(), f"set/a%20b%2C{n:02}".encode()] for n in range(12)
    ]

    theirs = by_botocore(
        AccountId=ACCOUNT,
        ConfirmationRequired=True,
        Operation={
            "S3PutObjectCopy": {
                "TargetResource": f"arn:aws:s3:::{TARGET}",
                "TargetKeyPrefix": "copies",
                "StorageClass": "STANDARD_IA",
                "MetadataDirective": "COPY",
                "CannedAccessControlList": "bucket-owner-full-control",
            }
        },
        Report={
            "Bucket": f"arn:aws:s3:::{TARGET}",
            "Format": "Report_CSV_20180820",
            "Enabled": True,
            "Prefix": place.removeprefix(f"arn:aws:s3:::{TARGET}/").replace("/manifest.csv", "/report"),
            "ReportScope": "FailedTasksOnly",
        },
        ClientRequestToken=text("ClientRequestToken", body),
        Manifest={
            "Spec": {"Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key"]},
            "Location": {"ObjectArn": place, "ETag": "0123456789abcdef0123456789abcdef"},
        },
        Description=f"s3://{SOURCE}/set/ to s3://{TARGET}/copies/set/",
        Priority=10,
        RoleArn=ROLE,
    )
    assert (method, path) == (theirs.method, urlsplit(theirs.url).path)
    ours = {name.lower(): value for name, value in headers.items()}
    same = theirs.headers["x-amz-account-id"]
    assert ours["x-amz-account-id"] == (same if isinstance(same, str) else same.decode()) == ACCOUNT
    assert fields(body) == fields(theirs.body)

"""The cache of Identity Center sign-ins: botocore, which the AWS CLI and boto3 read it with, reads what Hatrack writes,
and the recorded files that Hatrack's own tests read are what botocore writes."""

import datetime
import hashlib
import json
import pathlib

import botocore.session
import pytest
from botocore.stub import Stubber
from botocore.tokens import SSOTokenProvider, _sso_json_dumps
from botocore.utils import JSONFileCache, SSOTokenLoader

RECORDED = pathlib.Path(__file__).parents[2] / "src-tauri/store/tests/data/sso_cache"
START_URL = "https://acme.awsapps.com/start"
CONFIG = f"""
[profile acme]
sso_session = my-sso
sso_account_id = 123456789012
sso_role_name = ReadOnly

[sso-session my-sso]
sso_start_url = {START_URL}
sso_region = eu-west-1
"""


@pytest.fixture
def session(tmp_path, monkeypatch):
    config = tmp_path / "config"
    config.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    return botocore.session.Session(profile="acme")


def recorded(name: str) -> dict:
    return json.loads((RECORDED / name).read_text())


def named(folder: pathlib.Path, name: str) -> pathlib.Path:
    return folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json"


def as_botocore_holds_it(token: dict) -> dict:
    """With times as botocore has them before it writes."""
    def time(text: str) -> datetime.datetime:
        return datetime.datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=datetime.timezone.utc)

    return {**token, **{name: time(token[name]) for name in ("expiresAt", "registrationExpiresAt")}}


def test_botocore_reads_the_sign_in_that_hatrack_writes(session, tmp_path):
    named(tmp_path, "my-sso").write_bytes((RECORDED / "hatrack.json").read_bytes())
    provider = SSOTokenProvider(session, cache=JSONFileCache(str(tmp_path)))
    assert provider.load_token().get_frozen_token().token == "canary-access"


def test_botocore_reads_it_under_the_name_of_an_older_profile_too(tmp_path):
    named(tmp_path, START_URL).write_bytes((RECORDED / "hatrack.json").read_bytes())
    assert SSOTokenLoader(cache=JSONFileCache(str(tmp_path)))(START_URL)["accessToken"] == "canary-access"


def test_botocore_refreshes_the_sign_in_that_hatrack_made(session, tmp_path):
    named(tmp_path, "my-sso").write_bytes((RECORDED / "hatrack.json").read_bytes())
    soon_over = datetime.datetime(2098, 12, 31, 23, 50, tzinfo=datetime.timezone.utc)
    provider = SSOTokenProvider(
        session, cache=JSONFileCache(str(tmp_path), dumps_func=_sso_json_dumps), time_fetcher=lambda: soon_over)
    ours = recorded("hatrack.json")
    with Stubber(provider._client) as oidc:
        oidc.add_response(
            "create_token", {"accessToken": "next", "expiresIn": 3600, "refreshToken": "next-refresh"},
            {"grantType": "refresh_token", "clientId": ours["clientId"], "clientSecret": ours["clientSecret"],
             "refreshToken": ours["refreshToken"]})
        assert provider.load_token().get_frozen_token().token == "next"
        oidc.assert_no_pending_responses()
    assert json.loads(named(tmp_path, "my-sso").read_text()) == {
        **ours, "accessToken": "next", "refreshToken": "next-refresh", "expiresAt": "2099-01-01T00:50:00Z"}


@pytest.mark.parametrize("name, dumps", [("aws-cli.json", _sso_json_dumps), ("botocore.json", None)])
def test_the_recorded_files_are_what_botocore_writes(name, dumps, tmp_path):
    loader = SSOTokenLoader(cache=JSONFileCache(str(tmp_path), dumps_func=dumps))
    loader.save_token(START_URL, as_botocore_holds_it(recorded("aws-cli.json")), session_name="my-sso")
    assert named(tmp_path, "my-sso").read_text() == (RECORDED / name).read_text()

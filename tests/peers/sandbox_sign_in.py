"""A person's sign-in to the sandbox's Identity Center, with boto3 for a client and a form for a browser."""

import hashlib
import json
import pathlib
import urllib.parse
import urllib.request
from datetime import datetime, timezone

import boto3
from botocore import UNSIGNED
from botocore.config import Config

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
SCOPE = "sso:account:access"


def when(seconds_since_1970: float) -> str:
    """A time as the AWS CLI writes it into its cache."""
    return datetime.fromtimestamp(seconds_since_1970, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def client(service: str, endpoint: str, region: str):
    """An unsigned client of the sandbox."""
    return boto3.client(service, region_name=region, endpoint_url=endpoint, config=Config(signature_version=UNSIGNED))


class DeviceSignIn:
    """One sign-in by device code, from the registration to the token."""

    def __init__(self, endpoint: str, portal: dict, scopes: list[str]):
        self.portal = portal
        self.oidc = client("sso-oidc", endpoint, portal["region"])
        self.registered = self.oidc.register_client(clientName="peer", clientType="public", scopes=scopes)
        self.waiting = self.oidc.start_device_authorization(**self._known(), startUrl=portal["start_url"])

    def _known(self) -> dict[str, str]:
        return {"clientId": self.registered["clientId"], "clientSecret": self.registered["clientSecret"]}

    def decide(self, decision: str, user: str) -> str:
        """Opens the page and answers its form, as `user`; gives the page that follows."""
        with urllib.request.urlopen(self.waiting["verificationUriComplete"], timeout=60) as page:
            assert self.waiting["userCode"] in page.read().decode()
        form = urllib.parse.urlencode({"user_code": self.waiting["userCode"], "user": user, "decision": decision})
        address = self.waiting["verificationUri"]
        with urllib.request.urlopen(address, data=form.encode(), timeout=60) as page:
            return page.read().decode()

    def poll(self) -> dict:
        """CreateToken with the device code."""
        return self.oidc.create_token(**self._known(), grantType=DEVICE_CODE, deviceCode=self.waiting["deviceCode"])

    def write_cache(self, home: pathlib.Path, token: dict, expires_at: float) -> pathlib.Path:
        """Writes the token where the AWS CLI and every SDK look for it."""
        folder = home / ".aws" / "sso" / "cache"
        folder.mkdir(parents=True, exist_ok=True)
        name = self.portal["session"] or self.portal["start_url"]
        file = folder / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
        held = {
            "startUrl": self.portal["start_url"], "region": self.portal["region"],
            "accessToken": token["accessToken"], "expiresAt": when(expires_at), **self._known(),
            "registrationExpiresAt": when(self.registered["clientSecretExpiresAt"]),
        }
        if "refreshToken" in token:
            held["refreshToken"] = token["refreshToken"]
        file.write_text(json.dumps(held))
        return file

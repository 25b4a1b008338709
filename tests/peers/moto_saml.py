"""A SAML provider's answer for moto, and signing in with it."""

import base64
import datetime
import subprocess

import moto_world as world
from peer_processes import COMMAND_LIMIT_S, Hat

PROVIDER = f"arn:aws:iam::{world.STUZIO}:saml-provider/Directory"
NAME = "somebody@directory.example"
ROLE = f"saml:directory:{world.STUZIO}:StuzioAcmeConsultantRole"


def response(seconds: int = 300) -> str:
    """What a provider sends for one role, with prefixes of its own."""
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    values = {"Role": f"{world.CONSULTANT},{PROVIDER}", "RoleSessionName": NAME, "SessionDuration": "1800"}
    attributes = "".join(
        f'<a:Attribute Name="https://aws.amazon.com/SAML/Attributes/{name}">'
        f"<a:AttributeValue>{value}</a:AttributeValue></a:Attribute>"
        for name, value in values.items()
    )
    xml = (
        '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion">'
        "<a:Assertion><a:Subject><a:SubjectConfirmation>"
        f'<a:SubjectConfirmationData NotOnOrAfter="{ends:%Y-%m-%dT%H:%M:%SZ}"/></a:SubjectConfirmation></a:Subject>'
        f"<a:AttributeStatement>{attributes}</a:AttributeStatement></a:Assertion></p:Response>"
    )
    return base64.b64encode(xml.encode()).decode()


def sign_in(hat: Hat, given: str) -> subprocess.CompletedProcess:
    """`hat login` with the response on standard input."""
    return subprocess.run(
        [str(hat.binary), "login", "directory"], env=hat.env, input=given, capture_output=True, text=True,
        timeout=COMMAND_LIMIT_S,
    )

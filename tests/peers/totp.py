"""An MFA device: RFC 6238 with SHA-1, 30 seconds, six digits."""

import base64
import hashlib
import hmac
import struct
import time

STEP_S = 30


def code_now(seed: str) -> str:
    """What the device shows now."""
    key = base64.b32decode(seed.upper() + "=" * (-len(seed) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // STEP_S), hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start:start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"

"""Signatures of the Standard Webhooks specification, version 1.0.0.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable

PREFIX = "whsec_"
KEY_BYTES = 32
"""The specification wants 24 to 64."""


def new_secret() -> str:
    """A random secret as receivers configure it: ``whsec_`` and its bytes in base64."""
    return PREFIX + b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def sign(secret: str, message: str, timestamp: int, body: bytes) -> str:
    """The signature of one request with one secret: ``v1,`` and the HMAC-SHA256 in base64.

    message: the webhook-id. timestamp: Unix seconds.
    """
    key = b64decode(secret.removeprefix(PREFIX))
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(signing: Iterable[str], message: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers of a request. signing: the secrets; each signs, and any of them is enough."""
    return {
        "webhook-id": message,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(sign(one, message, timestamp, body) for one in signing),
    }

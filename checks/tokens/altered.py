"""Tokens with one claim altered and the signature left as it was."""

import base64
import json

from token_minting import encode


def with_claim_altered(token: str, claim: str, value: object) -> str:
    """Changes one claim and keeps the signature."""
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims[claim] != value, f"{claim} already has this value"
    claims[claim] = value
    return f"{header}.{encode(json.dumps(claims).encode())}.{signature}"


def claims_of(token: str) -> dict:
    """Decodes the claims of a token without verifying it."""
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

"""Tokens with one claim altered and the signature left as it was."""

import base64
import json

from token_minting import encode


def with_claim_altered(token: str, claim: str, value: object) -> str:
    header, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert claims[claim] != value, f"{claim} would stay as it is"
    claims[claim] = value
    return f"{header}.{encode(json.dumps(claims).encode())}.{signature}"


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

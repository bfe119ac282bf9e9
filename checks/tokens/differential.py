"""Compares the gateway's verifier with PyJWT and aws-jwt-verify over mutated tokens.

    differential.py [COUNT] [SEED]

When the verdicts on a token differ, the cause must be in one of the two tables below, with its reason. Any other cause
fails the check.
"""

import collections
import json
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import gateway_verifier
import jwt
import jwt.api_jwt
from jwt import PyJWK
from token_minting import ALGORITHMS
from token_mutations import AUDIENCES, ISSUER, LEEWAY, Mutator

# Parts of causes for which only the gateway's verifier refuses a token, and why it is stricter.
STRICTER = {
    "PyJWT": {
        "is in the future": "PyJWT truncates fractions of a second",
        "canonical form": "padding, line breaks and unused bits would give one token several spellings",
        "names a member twice": "parsers disagree on which of two members with the same name counts",
        "the header has `b64`": "PyJWT ignores this extension without `crit`",
        "the header has `jwk`": "a token must not bring its own key",
        "the header has `jku`": "a token must not name the address of its key",
        "the header has `x5c`": "a token must not bring its own certificate",
        "the header has `x5u`": "a token must not name the address of its certificate",
        "the header has `cty`": "a nested token",
        "the header has `zip`": "a compressed payload",
        "the header has `enc`": "a member of encrypted tokens",
        "`typ` is neither": "RFC 8725, section 3.11: the token is of another kind",
        "header's `typ`": "a `typ` that is not a string",
        "claim `iat` is": "PyJWT accepts every value that int() accepts",
        "claim `nbf` is": "PyJWT accepts every value that int() accepts",
        "claim `exp` is": "PyJWT accepts every value that int() accepts",
        "outside the years": "a time outside 1970 to 9999 is a mistake",
        "claim `sub` is empty": "an empty subject identifies nobody",
        "claim `token_use` is": "PyJWT does not know Cognito's claim",
        "`token_use` is not": "PyJWT does not know Cognito's claim",
        "claim `scope` is": "scopes in an unknown form",
        "is not JSON": "Python's parser accepts NaN, 1e999 and unpaired surrogates, which RFC 8259 does not",
    },
    "aws-jwt-verify": {
        "canonical form": "padding, line breaks and unused bits would give one token several spellings",
        "names a member twice": "parsers disagree on which of two members with the same name counts",
        "the header has": "aws-jwt-verify ignores keys, addresses, extensions and other content types",
        "`typ` is neither": "RFC 8725, section 3.11: the token is of another kind",
        "header's `typ`": "a `typ` that is not a string",
        "claim `iat` is in the future": "aws-jwt-verify ignores `iat`",
        "outside the years": "a time outside 1970 to 9999 is a mistake",
        "claim `sub` is": "aws-jwt-verify does not require a subject",
        "claim `token_use` is": "the generic verifier does not know Cognito's claim",
        "`token_use` is not": "the generic verifier does not know Cognito's claim",
        "claim `exp` is missing": "aws-jwt-verify accepts a token that never expires",
        "is not JSON": "JavaScript's parser accepts 1e999 and unpaired surrogates",
        "the token has expired": "the token expires at that second, not after it (RFC 7519: on or after)",
    },
}

# Parts of causes for which only the other verifier refuses a token, and why accepting it is right.
UNSUPPORTED = {
    "PyJWT": {
        'missing the "aud" claim': "the client id is the audience of a Cognito access token",
    },
    "aws-jwt-verify": {
        "JWT signature algorithm not allowed": "it does not support RSASSA-PSS",
        "Missing Audience": "the client id is the audience of a Cognito access token",
    },
}


class FixedTime(datetime):
    """The time for PyJWT, which calls `datetime.now`."""

    fixed = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.fromtimestamp(cls.fixed, tz)


def verify_with_pyjwt(tokens: list[str], jwks: dict, now: int) -> list[str | None]:
    FixedTime.fixed = now
    jwt.api_jwt.datetime = FixedTime
    keys = {jwk["kid"]: PyJWK.from_dict(jwk) for jwk in jwks["keys"]}

    def verify(token: str) -> str | None:
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                issuer=ISSUER,
                audience=AUDIENCES,
                leeway=LEEWAY,
                options={"require": ["iss", "sub", "aud", "exp"]},
            )
            return None
        except Exception as error:  # noqa: BLE001 (whatever it raises, it refuses the token)
            return f"{type(error).__name__}: {error}"

    return [verify(token) for token in tokens]


def verify_with_aws_jwt_verify(tokens: list[str], jwks: dict, now: int) -> list[str | None]:
    program = Path(__file__).with_name("verify_with_aws_jwt_verify.mjs")
    request = {"issuer": ISSUER, "audiences": AUDIENCES, "jwks": jwks, "now": now, "leeway": LEEWAY, "tokens": tokens}
    done = subprocess.run(["node", str(program)], input=json.dumps(request), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def listed_part(table: dict[str, str], cause: str) -> str | None:
    """Returns the row of the table that explains the cause."""
    return next((part for part in table if part in cause), None)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"{count} mutated tokens, seed {seed}")
    now = int(time.time())
    mutator = Mutator(seed, now)
    made = [mutator.token() for _ in range(count)]
    tokens = [token for _, token in made]
    ours = gateway_verifier.verify(
        [f"Bearer {token}" for token in tokens], issuer=ISSUER, audiences=AUDIENCES, jwks=mutator.jwks, now=now
    )
    # A 403 for the tenant means that the token itself was accepted; the other libraries know no tenants.
    causes = [None if verdict["verdict"] != "refused" else verdict["cause"] for verdict in ours]
    print(f"accepted by the gateway's verifier: {causes.count(None)}")
    assert 0 < causes.count(None) < count, "some tokens must be accepted and some refused"

    unexplained = []
    for name, verify in (("PyJWT", verify_with_pyjwt), ("aws-jwt-verify", verify_with_aws_jwt_verify)):
        theirs = verify(tokens, mutator.jwks, now)
        stricter, unsupported = collections.Counter(), collections.Counter()
        for (way, token), cause, their_cause in zip(made, causes, theirs, strict=True):
            if cause is not None and their_cause is None:
                known = listed_part(STRICTER[name], cause)
                stricter[known or f"UNEXPLAINED {cause}"] += 1
            elif cause is None and their_cause is not None:
                known = listed_part(UNSUPPORTED[name], their_cause)
                unsupported[known or f"UNEXPLAINED {their_cause}"] += 1
            else:
                continue
            if known is None:
                unexplained.append((name, way, cause, their_cause, token))
        agreed = count - sum(stricter.values()) - sum(unsupported.values())
        print(
            f"{name}: accepted {theirs.count(None)}, agreed on {agreed}, accepts more on {sum(stricter.values())}, "
            f"accepts less on {sum(unsupported.values())}"
        )
        for part, times in stricter.most_common():
            print(f"  {times:5} refused here, accepted there: {part}: {STRICTER[name].get(part, '?')}")
        for part, times in unsupported.most_common():
            print(f"  {times:5} accepted here, refused there: {part}: {UNSUPPORTED[name].get(part, '?')}")
    for row in unexplained[:20]:
        print("UNEXPLAINED", *row, sep="\n    ")
    if unexplained:
        raise SystemExit(f"{len(unexplained)} unexplained disagreements")


if __name__ == "__main__":
    main()

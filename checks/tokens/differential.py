"""Holds the gateway's verifier against PyJWT and aws-jwt-verify over mutated tokens.

Every token that the gateway's verifier accepts, the others must accept, but for what they cannot do at all. A token
that another accepts and the gateway's refuses must be refused for a cause that is listed below with its reason; any
other cause fails the check. Usage: differential.py [COUNT] [SEED]
"""

import collections
import datetime
import json
import subprocess
import sys
import time
from pathlib import Path

import gateway_verifier
import jwt
import jwt.api_jwt
from jwt import PyJWK
from token_minting import ALGORITHMS
from token_mutations import AUDIENCES, ISSUER, LEEWAY, Mutator

# Causes for which the gateway's verifier refuses what another accepts: a part of the cause, and why it is stricter.
STRICTER = {
    "PyJWT": {
        "canonical form": "padding, line breaks and unused bits are more spellings of one token",
        "names a member twice": "of two members of one name, readers disagree on which counts",
        "the header has `b64`": "an extension without `crit`, ignored by PyJWT",
        "the header has `jwk`": "a key has no place in a token",
        "the header has `jku`": "nor has its address",
        "the header has `x5c`": "nor a certificate",
        "the header has `x5u`": "nor a certificate's address",
        "the header has `cty`": "a nested token",
        "the header has `zip`": "a compressed payload",
        "the header has `enc`": "an encrypted token's member",
        "`typ` is neither": "RFC 8725, section 3.11: another kind of token is no access token",
        "header's `typ`": "a `typ` that is not a string is none at all",
        "claim `iat` is": "PyJWT takes whatever its int() takes",
        "claim `nbf` is": "PyJWT takes whatever its int() takes",
        "claim `exp` is": "PyJWT takes whatever its int() takes",
        "outside the years": "a time outside 1970 to 9999 is no time that anyone meant",
        "claim `sub` is empty": "an empty subject names nobody",
        "claim `token_use` is": "Cognito's claim is unknown to PyJWT",
        "`token_use` is not": "Cognito's claim is unknown to PyJWT",
        "claim `scope` is": "scopes that cannot be read are not guessed at",
        "is not JSON": "Python's parser takes NaN, 1e999 and unpaired surrogates, which RFC 8259 does not have",
        "lies in the future": "PyJWT cuts fractions of a second off",
    },
    "aws-jwt-verify": {
        "canonical form": "padding, line breaks and unused bits are more spellings of one token",
        "names a member twice": "of two members of one name, readers disagree on which counts",
        "the header has": "aws-jwt-verify ignores these members: a key, an address, an extension, another kind of content",
        "`typ` is neither": "RFC 8725, section 3.11: another kind of token is no access token",
        "header's `typ`": "a `typ` that is not a string is none at all",
        "claim `iat` lies": "aws-jwt-verify leaves iat alone",
        "outside the years": "a time outside 1970 to 9999 is no time that anyone meant",
        "claim `sub` is": "aws-jwt-verify asks for no subject",
        "claim `token_use` is": "the generic verifier knows nothing of Cognito",
        "`token_use` is not": "the generic verifier knows nothing of Cognito",
        "claim `exp` is missing": "aws-jwt-verify takes a token without end",
        "is not JSON": "JavaScript's parser takes 1e999 and unpaired surrogates",
        "the token has expired": "at the very second, the leeway included, it is over (RFC 7519: on or after)",
    },
}

# Causes for which another refuses what the gateway's verifier accepts: a part of the cause, and why that is right.
CANNOT = {
    "PyJWT": {
        'missing the "aud" claim': "of a Cognito access token the client id is the audience",
    },
    "aws-jwt-verify": {
        "JWT signature algorithm not allowed": "it has no RSASSA-PSS",
        "Missing Audience": "of a Cognito access token the client id is the audience",
    },
}


class FixedTime(datetime.datetime):
    """The time for PyJWT, which asks `datetime.now`."""

    fixed = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(cls.fixed, tz)


def judge_with_pyjwt(tokens: list[str], jwks: dict, now: int) -> list[str | None]:
    FixedTime.fixed = now
    jwt.api_jwt.datetime = FixedTime
    keys = {jwk["kid"]: PyJWK.from_dict(jwk) for jwk in jwks["keys"]}

    def judge(token: str) -> str | None:
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
        except Exception as error:  # whatever it raises, it does not accept
            return f"{type(error).__name__}: {error}"

    return [judge(token) for token in tokens]


def judge_with_aws_jwt_verify(tokens: list[str], jwks: dict, now: int) -> list[str | None]:
    program = Path(__file__).with_name("judge_with_aws_jwt_verify.mjs")
    request = {"issuer": ISSUER, "audiences": AUDIENCES, "jwks": jwks, "now": now, "leeway": LEEWAY, "tokens": tokens}
    done = subprocess.run(["node", str(program)], input=json.dumps(request), capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def reason(table: dict[str, str], cause: str) -> str | None:
    return next((part for part in table if part in cause), None)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"{count} mutated tokens, seed {seed}")
    now = int(time.time())
    mutator = Mutator(seed, now)
    made = [mutator.token() for _ in range(count)]
    tokens = [token for _, token in made]
    ours = gateway_verifier.judge(
        [f"Bearer {token}" for token in tokens], issuer=ISSUER, audiences=AUDIENCES, jwks=mutator.jwks, now=now
    )
    # 403 for a tenant comes after the token has been accepted, and no other library knows of tenants.
    causes = [None if verdict["verdict"] != "refused" else verdict["cause"] for verdict in ours]
    print(f"accepted by the gateway's verifier: {causes.count(None)}")
    assert 0 < causes.count(None) < count, "a check that accepts all or nothing checks nothing"

    unexplained = []
    for name, judge in (("PyJWT", judge_with_pyjwt), ("aws-jwt-verify", judge_with_aws_jwt_verify)):
        theirs = judge(tokens, mutator.jwks, now)
        stricter, cannot = collections.Counter(), collections.Counter()
        for (way, token), cause, their_cause in zip(made, causes, theirs, strict=True):
            if cause is not None and their_cause is None:
                known = reason(STRICTER[name], cause)
                stricter[known or f"UNEXPLAINED {cause}"] += 1
            elif cause is None and their_cause is not None:
                known = reason(CANNOT[name], their_cause)
                cannot[known or f"UNEXPLAINED {their_cause}"] += 1
            else:
                continue
            if known is None:
                unexplained.append((name, way, cause, their_cause, token))
        agreed = count - sum(stricter.values()) - sum(cannot.values())
        print(
            f"{name}: accepted {theirs.count(None)}, agreed on {agreed}, looser on {sum(stricter.values())}, "
            f"unable on {sum(cannot.values())}"
        )
        for part, times in stricter.most_common():
            print(f"  {times:5} refused here, accepted there: {part}: {STRICTER[name].get(part, '?')}")
        for part, times in cannot.most_common():
            print(f"  {times:5} accepted here, refused there: {part}: {CANNOT[name].get(part, '?')}")
    for row in unexplained[:20]:
        print("UNEXPLAINED", *row, sep="\n    ")
    if unexplained:
        raise SystemExit(f"{len(unexplained)} disagreements without a reason")


if __name__ == "__main__":
    main()

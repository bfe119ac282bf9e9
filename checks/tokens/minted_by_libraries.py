"""Tokens of joserfc (PyPI) and jose (npm), one for each algorithm.

Each is accepted, and refused once a claim is altered or when another key with the same id has signed it.
"""

import json
import subprocess
import time
from pathlib import Path

import gateway_verifier
from altered import with_claim_altered
from joserfc import jwk, jwt

ISSUER, AUDIENCE = "https://issuer.example/pool", "meetings-client"
KEYS = {
    "RS256": ("RSA", 2048),
    "RS384": ("RSA", 2048),
    "RS512": ("RSA", 2048),
    "PS256": ("RSA", 2048),
    "PS384": ("RSA", 3072),
    "PS512": ("RSA", 4096),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "EdDSA": ("OKP", "Ed25519"),
}


def claims(now: int) -> dict:
    return {
        "iss": ISSUER,
        "sub": "user-1",
        "aud": [AUDIENCE],
        "exp": now + 300,
        "iat": now,
        "scope": "a b",
        "custom:tenant_id": "acme",
        "cognito:groups": ["hosts"],
        "text": 'Ünïcode ✓ \u2028 "quoted"',
    }


def mint_with_joserfc(now: int) -> dict:
    keys, tokens = [], {}
    for algorithm, (kind, size) in KEYS.items():
        kid = f"joserfc-{algorithm}"
        key = jwk.generate_key(kind, size, {"kid": kid, "alg": algorithm, "use": "sig"})
        keys.append(key.as_dict(private=False))
        tokens[algorithm] = jwt.encode({"alg": algorithm, "kid": kid}, claims(now), key, algorithms=[algorithm])
    return {"jwks": {"keys": keys}, "tokens": tokens}


def mint_with_jose(now: int) -> dict:
    program = Path(__file__).with_name("mint_with_jose.mjs")
    done = subprocess.run(
        ["node", str(program)], input=json.dumps(claims(now)), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def main() -> None:
    now = int(time.time())
    for library, mint in (("joserfc", mint_with_joserfc), ("jose", mint_with_jose)):
        minted, again = mint(now), mint(now)
        assert minted["tokens"].keys() == KEYS.keys()
        tokens = list(minted["tokens"].values())
        # The second round has new keys with the same ids.
        rows = [(token, "accepted") for token in tokens]
        rows += [(with_claim_altered(token, "custom:tenant_id", "globex"), "refused") for token in tokens]
        rows += [(token, "refused") for token in again["tokens"].values()]
        verdicts = gateway_verifier.verify(
            [f"Bearer {token}" for token, _ in rows], issuer=ISSUER, audiences=[AUDIENCE], jwks=minted["jwks"], now=now
        )
        for (token, expected), verdict in zip(rows, verdicts, strict=True):
            assert verdict["verdict"] == expected, f"{library}: {verdict}, expected {expected}: {token}"
            if expected == "accepted":
                caller = {name: verdict[name] for name in ("tenant", "subject", "scopes", "groups")}
                assert caller == {"tenant": "acme", "subject": "user-1", "scopes": ["a", "b"], "groups": ["hosts"]}, (
                    verdict
                )
        print(
            f"{library}: {len(tokens)} algorithms accepted; {len(rows) - len(tokens)} altered or foreign tokens refused"
        )


if __name__ == "__main__":
    main()

"""RS256 and ES256 access tokens of oidc-provider: accepted, and refused once a claim is altered."""

import argparse
import json
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

import gateway_verifier
import running_gateway
from altered import claims_of, with_claim_altered

RESOURCES = ["https://meetings.example/rs256", "https://meetings.example/es256"]


def get(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def access_token(configuration: dict, resource: str) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": "backend",
        "scope": "meetings:create",
        "resource": resource,
        "client_secret": "not-a-secret-outside-this-check",
    }
    request = urllib.request.Request(configuration["token_endpoint"], data=urllib.parse.urlencode(form).encode())
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["access_token"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    running_gateway.add_options(parser)
    options = parser.parse_args()
    program = Path(__file__).with_name("oidc_provider_server.mjs")
    server = subprocess.Popen(["node", str(program)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        issuer = json.loads(server.stdout.readline())["issuer"]
        configuration = get(f"{issuer}/.well-known/openid-configuration")
        assert configuration["issuer"] == issuer
        jwks = get(configuration["jwks_uri"])
        tokens = [access_token(configuration, resource) for resource in RESOURCES]
        now = int(time.time())
        altered = [
            with_claim_altered(token, claim, value)
            for token in tokens
            for claim, value in (
                ("custom:tenant_id", "globex"),
                ("exp", now + 10**6),
                ("scope", "meetings:create admin"),
            )
        ]
        verdicts = gateway_verifier.verify(
            [f"Bearer {token}" for token in [*tokens, *altered]], issuer=issuer, audiences=RESOURCES, jwks=jwks, now=now
        )
        for token, verdict in zip(tokens, verdicts[: len(tokens)], strict=True):
            assert verdict["verdict"] == "accepted", (verdict, claims_of(token))
            assert verdict["tenant"] == "acme" and verdict["scopes"] == ["meetings:create"], verdict
        assert all(verdict["verdict"] == "refused" for verdict in verdicts[len(tokens) :]), verdicts
        other = gateway_verifier.verify(
            [f"Bearer {tokens[0]}"], issuer=issuer, audiences=[RESOURCES[1]], jwks=jwks, now=now
        )
        assert other[0]["verdict"] == "refused" and "audience" in other[0]["cause"], other
        print(
            f"oidc-provider: {len(tokens)} access tokens accepted, {len(altered) + 1} altered or misused tokens refused"
        )

        if options.gateway:
            settings = {"AUTH_MODE": "bearer", "JWT_ISSUER": issuer, "JWT_AUDIENCE": ",".join(RESOURCES)}
            with running_gateway.started(options.gateway_command, options.gateway, settings):
                for token in tokens:
                    mine = [one for one in altered if one.split(".")[0] == token.split(".")[0]]
                    running_gateway.check(options.gateway, "oidc-provider", token, mine)
    finally:
        server.terminate()
        server.wait(timeout=10)


if __name__ == "__main__":
    main()

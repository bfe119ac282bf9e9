"""ID and access tokens of moto's Cognito: accepted, and refused once a claim is altered."""

import argparse
import json
import socket
import subprocess
import sys
import time
import urllib.request

import boto3
import gateway_verifier
import running_gateway
from altered import claims_of, with_claim_altered

REGION = "us-east-1"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def sign_in(endpoint: str) -> dict:
    """Makes a pool with one user in one group; returns the tokens of the user's sign-in."""
    cognito = boto3.client(
        "cognito-idp",
        region_name=REGION,
        endpoint_url=endpoint,
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    pool = cognito.create_user_pool(PoolName="meetings", Schema=[{"Name": "tenant_id", "AttributeDataType": "String"}])
    pool_id = pool["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=flows)
    client_id = client["UserPoolClient"]["ClientId"]
    name, password = "ada", "Correct-Horse-7"
    cognito.admin_create_user(
        UserPoolId=pool_id, Username=name, UserAttributes=[{"Name": "custom:tenant_id", "Value": "acme"}]
    )
    cognito.admin_set_user_password(UserPoolId=pool_id, Username=name, Password=password, Permanent=True)
    cognito.create_group(UserPoolId=pool_id, GroupName="hosts")
    cognito.admin_add_user_to_group(UserPoolId=pool_id, Username=name, GroupName="hosts")
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool_id,
        ClientId=client_id,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": password},
    )
    return {"pool": pool_id, "client": client_id, **signed_in["AuthenticationResult"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    running_gateway.add_options(parser)
    options = parser.parse_args()
    endpoint = f"http://127.0.0.1:{free_port()}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", endpoint.rsplit(":", 1)[1]],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{endpoint}/moto-api/")
        signed_in = sign_in(endpoint)
        keys_url = f"{endpoint}/{signed_in['pool']}/.well-known/jwks.json"
        with urllib.request.urlopen(keys_url, timeout=10) as answer:
            jwks = json.load(answer)
        issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{signed_in['pool']}"
        now = int(time.time())
        identity, access = signed_in["IdToken"], signed_in["AccessToken"]
        assert claims_of(access).get("aud") is None and claims_of(access)["client_id"] == signed_in["client"]

        def verify(tokens: list[str], **settings: str) -> list[dict]:
            return gateway_verifier.verify(
                [f"Bearer {token}" for token in tokens],
                issuer=issuer,
                audiences=[signed_in["client"]],
                jwks=jwks,
                now=now,
                **settings,
            )

        altered = [
            with_claim_altered(identity, "custom:tenant_id", "globex"),
            with_claim_altered(identity, "exp", now + 10**6),
            with_claim_altered(identity, "cognito:groups", ["hosts", "admins"]),
        ]
        verdicts = verify([identity, *altered, access], TOKEN_USE="id")
        assert verdicts[0]["verdict"] == "accepted" and verdicts[0]["tenant"] == "acme", verdicts[0]
        assert verdicts[0]["groups"] == ["hosts"], verdicts[0]
        assert all(verdict["verdict"] == "refused" for verdict in verdicts[1:]), verdicts
        assert "token_use" in verdicts[-1]["cause"], verdicts[-1]
        # Cognito's access tokens have no custom attributes, so another claim names the tenant here.
        verdicts = verify([access, with_claim_altered(access, "client_id", "other"), identity], TENANT_CLAIM="username")
        assert [verdict["verdict"] for verdict in verdicts] == ["accepted", "refused", "refused"], verdicts
        print(f"moto's Cognito: ID and access token accepted, {len(altered) + 3} altered or misused tokens refused")

        if options.gateway:
            settings = {
                "AUTH_MODE": "bearer",
                "JWT_ISSUER": issuer,
                "JWT_AUDIENCE": signed_in["client"],
                "JWKS_URI": keys_url,
                "TOKEN_USE": "id",
            }
            with running_gateway.started(options.gateway_command, options.gateway, settings):
                running_gateway.check(options.gateway, "moto's Cognito", identity, altered)
    finally:
        server.terminate()
        server.wait(timeout=10)


if __name__ == "__main__":
    main()

"""Cognito user pools, as the AWS CLI describes them."""

POOL = "eu-central-1_EXAMPLE"
# A pool may be in another region than the stack.
PLAIN_COGNITO = {"JwtIssuer": f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}", "TokenUse": "id"}


def user_pool(
    tenant: dict | None = None, triggers: dict | None = None, read: list[str] | None = None, **clients: list[str] | None
) -> dict:
    """The AWS CLI's answers for a pool whose app clients have these WriteAttributes, and `read` as ReadAttributes."""
    attributes = [
        {"Name": "sub", "Mutable": False, "DeveloperOnlyAttribute": False},
        {"Name": "email", "Mutable": True, "DeveloperOnlyAttribute": False},
        {"Name": "custom:tenant_id", "Mutable": False, "DeveloperOnlyAttribute": False} | (tenant or {}),
    ]
    described = {}
    for name, written in clients.items():
        # The AWS CLI leaves out a list that is not set.
        lists = {"WriteAttributes": written, "ReadAttributes": read}
        client = {"ClientId": name, "ClientName": f"the {name} app"} | {
            key: value for key, value in lists.items() if value
        }
        described[name] = {"UserPoolClient": client}
    return described | {
        "describe-user-pool": {
            "UserPool": {"Id": POOL, "SchemaAttributes": attributes, "LambdaConfig": triggers or {}}
        },
        "list-user-pool-clients": {"UserPoolClients": [{"ClientId": name} for name in clients]},
    }


def trigger(version: str) -> dict:
    return {
        "PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": "arn:aws:lambda:eu-central-1:1:function:t"}
    }

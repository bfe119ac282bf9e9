"""The Cognito user pool that a stack trusts: whether users choose their tenant, or every caller is refused."""

import re

from smoke.aws import Aws

POOL = re.compile(
    r"https://cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?/(?P<id>(?P=region)_[A-Za-z0-9]+)"
)
# Parameters of the stack that name claims which decide what a caller may do.
DECISIVE_CLAIMS = ("TenantClaim", "GroupsClaim", "ScopeClaim", "SubjectClaim")
# Claims that Cognito itself writes into tokens. No user can change them.
COGNITO_CLAIMS = {"sub", "scope", "cognito:groups", "cognito:username", "username", "client_id"}
# Triggers of an older version cannot change access tokens.
ACCESS_TOKEN_TRIGGERS = {"V2_0", "V3_0"}


def check_cognito(parameters: dict[str, str], skip: bool) -> list[str]:
    """Finds the faults of the Cognito user pool that the stack trusts."""
    issuer = POOL.fullmatch(parameters["JwtIssuer"])
    if not issuer:
        print(f"skipped  the check of the user pool: {parameters['JwtIssuer']} is not a Cognito user pool")
        return []
    if skip:
        print("skipped  the check of the user pool (--skip-cognito); docs/cognito.md lists what it checks")
        return []
    # A pool can be in another region than the stack.
    aws = Aws(issuer["region"], hint="--skip-cognito skips the user pool")
    pool_id = ["--user-pool-id", issuer["id"]]
    pool = aws.must("cognito-idp", "describe-user-pool", *pool_id)["UserPool"]
    listed = aws.must("cognito-idp", "list-user-pool-clients", *pool_id)["UserPoolClients"]
    # Every client, not only those in JwtAudience: what a user changes through one client is in the tokens of all.
    describe = ["cognito-idp", "describe-user-pool-client", *pool_id, "--client-id"]
    clients = [aws.must(*describe, client["ClientId"])["UserPoolClient"] for client in listed]
    faults = writable_claims(parameters, pool, clients) + refused_tokens(parameters, pool, clients)
    print(f"checked  the user pool {issuer['id']}: {len(clients)} app client(s), {len(faults)} fault(s)")
    return faults


def writable_claims(parameters: dict[str, str], pool: dict, clients: list[dict]) -> list[str]:
    """Finds the decisive claims that callers can set themselves."""
    faults = []
    for parameter, claim, attribute in decisive_attributes(parameters, pool):
        for client in clients:
            writable = client.get("WriteAttributes")
            if not writable:
                # Cognito documents the standard attributes as the default. Tenants must not depend on a default.
                faults.append(f"{name_of(client)}: WriteAttributes is not set; set it, without `{claim}` ({parameter})")
            elif claim in writable:
                faults.append(
                    f"{name_of(client)}: users can set their `{claim}` ({parameter}); remove it from WriteAttributes"
                )
        if parameter == "TenantClaim" and attribute.get("Mutable", True):
            print(f"note     `{claim}` is mutable: administrators and mapped identity providers can change it")
    return faults


def refused_tokens(parameters: dict[str, str], pool: dict, clients: list[dict]) -> list[str]:
    """Finds settings with which API Gateway or the gateway refuses every token of the pool, or of one app client."""
    faults = []
    tenant = claim_name(parameters["TenantClaim"])
    attributes = {attribute["Name"] for attribute in pool["SchemaAttributes"]}
    if tenant not in attributes | COGNITO_CLAIMS and not has_token_trigger(pool):
        faults.append(
            f"no token has the claim `{tenant}` (TenantClaim): the pool has neither that attribute nor a trigger"
        )
    if parameters["AuthMode"] == "authorizer":
        # Nothing looks at TokenUse: API Gateway accepts ID tokens and access tokens.
        return faults
    if parameters["TokenUse"] == "id":
        if parameters["JwtScopes"]:
            faults.append("ID tokens have no scopes: with TokenUse=id and JwtScopes, every caller gets 403")
        audience = set(parameters["JwtAudience"].split(","))
        unknown = audience - {client["ClientId"] for client in clients}
        if unknown:
            faults.append(f"JwtAudience names unknown app clients: {', '.join(sorted(unknown))}")
        callers = [client for client in clients if client["ClientId"] in audience]
        return faults + unreadable_claims(parameters, pool, callers)
    trigger_version = pool.get("LambdaConfig", {}).get("PreTokenGenerationConfig", {}).get("LambdaVersion")
    if tenant not in COGNITO_CLAIMS and trigger_version not in ACCESS_TOKEN_TRIGGERS:
        faults.append(
            f"access tokens do not have the claim `{tenant}` (TenantClaim): deploy with TokenUse=id, or give the pool "
            "a pre token generation trigger of version V2_0 or later"
        )
    return faults


def unreadable_claims(parameters: dict[str, str], pool: dict, clients: list[dict]) -> list[str]:
    """Finds the decisive claims that Cognito leaves out of an app client's ID tokens."""
    if has_token_trigger(pool):
        # The trigger can add them.
        return []
    faults = []
    for parameter, claim, _ in decisive_attributes(parameters, pool):
        for client in clients:
            readable = client.get("ReadAttributes")
            if not readable:
                print(f"note     {name_of(client)}: ReadAttributes is not set; set it, with `{claim}` ({parameter})")
            elif claim not in readable:
                faults.append(
                    f"{name_of(client)}: its ID tokens do not have `{claim}` ({parameter}); add it to ReadAttributes"
                )
    return faults


def decisive_attributes(parameters: dict[str, str], pool: dict) -> list[tuple[str, str, dict]]:
    """Lists the decisive claims that are attributes of users: parameter, claim and the attribute's schema."""
    schema = {attribute["Name"]: attribute for attribute in pool["SchemaAttributes"]}
    found = []
    for parameter in DECISIVE_CLAIMS:
        claim = claim_name(parameters[parameter])
        attribute = schema.get(claim)
        if claim in COGNITO_CLAIMS:
            continue
        if attribute is None:
            if has_token_trigger(pool):
                print(f"note     {parameter} `{claim}`: only the pool's pre token generation trigger can set it")
        # Users cannot write a developer-only attribute.
        elif not attribute.get("DeveloperOnlyAttribute"):
            found.append((parameter, claim, attribute))
    return found


def name_of(client: dict) -> str:
    return f"app client {client['ClientId']} ({client.get('ClientName', 'without a name')})"


def has_token_trigger(pool: dict) -> bool:
    return any(name in pool.get("LambdaConfig", {}) for name in ("PreTokenGeneration", "PreTokenGenerationConfig"))


def claim_name(parameter: str) -> str:
    """Resolves a JSON pointer to a top-level claim to the claim's name; any other value stays as it is."""
    inside = parameter.removeprefix("/")
    if inside == parameter or "/" in inside:
        return parameter
    return inside.replace("~1", "/").replace("~0", "~")

"""What must hold for the registry: the table, and exactly what each function may ask of it."""

from deployed_stack import DeployedStack
from differences import differs

TABLE = "RegistryTable"

# Beginnings of the partition keys, which docs/registry.md lists.
ROOM = ["room#*"]
SLOTS = ["tenant-slots#*", "caller-slots#*"]
MEETING = ["meeting#*"]
SESSION = ["session#*"]
USAGE = ["usage#*"]

# The actions that each function sends, with the keys for which it does. A transaction needs the actions of its parts.
GATEWAY = {
    "dynamodb:GetItem": ROOM,
    "dynamodb:Query": SLOTS,
    "dynamodb:PutItem": ROOM + SLOTS,
    "dynamodb:UpdateItem": ROOM + SLOTS + MEETING,
    "dynamodb:DeleteItem": SLOTS,
}
NOTIFICATIONS = {
    "dynamodb:GetItem": MEETING + USAGE,
    "dynamodb:Query": SESSION,
    "dynamodb:UpdateItem": MEETING + SESSION + USAGE,
    "dynamodb:DeleteItem": SLOTS,
}


def registry_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the table, in a deployment that has one."""
    if not stack.has_registry:
        return []
    parameters = stack.parameters
    expected = {
        "AttributeDefinitions": [
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": "sk", "AttributeType": "S"},
        ],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        "BillingMode": "PAY_PER_REQUEST",
        "SSESpecification": {"SSEEnabled": True},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": parameters["RegistryRecovery"]},
        "DeletionProtectionEnabled": parameters["RegistryRetained"],
    }
    # Without a name of its own: CloudFormation replaces no table whose name is taken, and a kept one keeps its name.
    return differs(f"{TABLE}: its properties", stack.properties(TABLE), expected)


def gateway_requests(stack: DeployedStack) -> dict[str, tuple]:
    """Returns what the gateway's role allows with the table: each action with its resource and condition."""
    return _bound(stack, GATEWAY)


def notifications_requests(stack: DeployedStack) -> dict[str, tuple]:
    """Returns the same of the role of `notifications`."""
    return _bound(stack, NOTIFICATIONS)


def table_variables(stack: DeployedStack) -> dict[str, str]:
    """Returns the variables of each function that are about the table. An empty one counts as unset."""
    return {"REGISTRY_TABLE": f"<{TABLE}>" if stack.has_registry else "", "AWS_ENDPOINT_URL_DYNAMODB": ""}


def _bound(stack: DeployedStack, keys: dict[str, list[str]]) -> dict[str, tuple]:
    if not stack.has_registry:
        return {}
    return {
        action: (f"<{TABLE}.Arn>", {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": prefixes}})
        for action, prefixes in keys.items()
    }

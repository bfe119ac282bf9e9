"""The registry: whether the table is as the stack's parameters say."""

from smoke.aws import Aws, AwsError
from smoke.stack import Stack


def check_table(aws: Aws, stack: Stack) -> list[str]:
    """Finds faults of the table for rooms and limits, where the stack has one."""
    if not stack.has_registry:
        return []
    name = stack.outputs["RegistryTableName"]
    try:
        actual = _described(aws, name)
    except AwsError as error:
        return [str(error)]
    expected = {
        "its state": {"ACTIVE"},
        "what it costs by": {"PAY_PER_REQUEST"},
        "its encryption": {"ENABLED"},
        "its protection against deletion": {stack.parameters["RegistryRetained"] == "true"},
        "its attribute for expired items": {"ttl"},
        # A change takes up to an hour.
        "the deletion of expired items": {"ENABLED", "ENABLING"},
        "its backups": {"ENABLED" if stack.parameters["RegistryRecovery"] == "true" else "DISABLED"},
    }
    faults = [
        f"the table {name}: {what} is {actual[what]}, not {' or '.join(map(str, sorted(right)))}"
        for what, right in expected.items()
        if actual[what] not in right
    ]
    print(f"checked  the registry's table {name}: {len(faults)} fault(s)")
    return faults


def _described(aws: Aws, name: str) -> dict:
    of_table = ["--table-name", name]
    table = aws.ask("dynamodb", "describe-table", *of_table)["Table"]
    expiry = aws.ask("dynamodb", "describe-time-to-live", *of_table)["TimeToLiveDescription"]
    backups = aws.ask("dynamodb", "describe-continuous-backups", *of_table)["ContinuousBackupsDescription"]
    return {
        "its state": table["TableStatus"],
        "what it costs by": table.get("BillingModeSummary", {}).get("BillingMode"),
        "its encryption": table.get("SSEDescription", {}).get("Status"),
        "its protection against deletion": table.get("DeletionProtectionEnabled", False),
        "its attribute for expired items": expiry.get("AttributeName"),
        "the deletion of expired items": expiry["TimeToLiveStatus"],
        "its backups": backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus"),
    }

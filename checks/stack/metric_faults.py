"""Whether the code or AWS publishes a metric that an alarm or the dashboard names, with these dimensions."""

from deployed_stack import STACK_NAME
from emitted_metrics import NAMESPACE, NO_OPERATION, OUTCOMES, emitted_metrics
from gateway_settings import chime_actions, operation_names
from registry_faults import GATEWAY, NOTIFICATIONS, TABLE

USAGE = {"Service", "Type", "Resource", "Class"}
# AWS's metrics that the stack uses, each with the dimensions without which it has no data.
OF_AWS = {
    # Lambda's guide, "Types of metrics for Lambda functions".
    ("AWS/Lambda", "Errors"): {"FunctionName"},
    ("AWS/Lambda", "Throttles"): {"FunctionName"},
    ("AWS/Lambda", "ConcurrentExecutions"): {"FunctionName"},
    # API Gateway's guide, "Monitor CloudWatch metrics for HTTP APIs".
    ("AWS/ApiGateway", "Count"): {"ApiId", "Stage"},
    ("AWS/ApiGateway", "4xx"): {"ApiId", "Stage"},
    ("AWS/ApiGateway", "5xx"): {"ApiId", "Stage"},
    # SQS's guide, "Available CloudWatch metrics for Amazon SQS".
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"): {"QueueName"},
    ("AWS/SQS", "ApproximateNumberOfMessagesNotVisible"): {"QueueName"},
    ("AWS/SQS", "ApproximateAgeOfOldestMessage"): {"QueueName"},
    # DynamoDB's guide, "DynamoDB metrics and dimensions". UserErrors are the account's, without a table.
    ("AWS/DynamoDB", "ReadThrottleEvents"): {"TableName"},
    ("AWS/DynamoDB", "WriteThrottleEvents"): {"TableName"},
    ("AWS/DynamoDB", "TransactionConflict"): {"TableName"},
    ("AWS/DynamoDB", "ConsumedReadCapacityUnits"): {"TableName"},
    ("AWS/DynamoDB", "ConsumedWriteCapacityUnits"): {"TableName"},
    ("AWS/DynamoDB", "SystemErrors"): {"TableName", "Operation"},
    # The Chime SDK's guide, "Understanding Amazon CloudWatch metrics for Amazon Chime SDK meetings": service metrics
    # have no dimensions, and usage metrics are published for each API.
    ("AWS/ChimeSDK", "MeetingSQSNotificationErrors"): set(),
    ("AWS/Usage", "CallCount"): USAGE,
    ("AWS/Usage", "ThrottleCount"): USAGE,
}

# The table's requests, as the dimension of DynamoDB's metrics names them.
REQUESTS = {action.removeprefix("dynamodb:") for action in GATEWAY | NOTIFICATIONS} | {"TransactWriteItems"}


def allowed_values(dimension: str) -> set[str]:
    """Returns the values that a dimension can have in this stack."""
    return {
        "service": {STACK_NAME},
        "operation": operation_names() | {NO_OPERATION},
        "outcome": OUTCOMES,
        "FunctionName": {"<GatewayFunction>", "<NotificationsFunction>"},
        "ApiId": {"<GatewayApi>"},
        "Stage": {"$default"},
        "QueueName": {"<MeetingEventsQueue.QueueName>", "<MeetingEventsDeadLetterQueue.QueueName>"},
        "TableName": {f"<{TABLE}>"},
        "Operation": REQUESTS,
        "Service": {"ChimeSDK"},
        "Type": {"API"},
        "Class": {"None"},
        "Resource": {action.removeprefix("chime:") for action in chime_actions()},
    }[dimension]


def metric_faults(where: str, namespace: str, name: str, dimensions: dict[str, str]) -> list[str]:
    """Finds what is wrong with a metric; `where` names the alarm or the widget."""
    if namespace == NAMESPACE:
        metric = emitted_metrics().get(name)
        sets = [set(names) for names in metric.dimensions] if metric else []
    else:
        sets = [OF_AWS[namespace, name]] if (namespace, name) in OF_AWS else []
    if not sets:
        return [f"{where}: nothing publishes the metric {namespace} {name}"]
    if set(dimensions) not in sets:
        return [f"{where}: {namespace} {name} is not published with the dimensions {sorted(dimensions)}"]
    return [
        f"{where}: {namespace} {name}: no {dimension} is {value!r}"
        for dimension, value in dimensions.items()
        if value not in allowed_values(dimension)
    ]

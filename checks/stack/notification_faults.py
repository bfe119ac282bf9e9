"""What must hold for the function that reads the queue, its role, and its connection to the queue."""

from deployed_stack import ACCOUNT, STACK_NAME, DeployedStack, partition_of
from differences import differs
from function_faults import function_faults
from gateway_settings import known_settings
from registry_faults import notifications_requests, table_variables
from role_faults import function_role_faults, logs_and_traces

NOTIFICATIONS_FUNCTION = "NotificationsFunction"
QUEUE = "MeetingEventsQueue"
MAPPING_TYPE = "AWS::Lambda::EventSourceMapping"


def notification_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the function that reads the queue."""
    return [*_function(stack), *_variables(stack), *_role(stack), *_mapping(stack), *_visibility_timeout(stack)]


def _function(stack: DeployedStack) -> list[str]:
    variables = {
        "GATEWAY_NAME": STACK_NAME,
        "EVENT_BUS_NAME": stack.parameters["EventBusName"],
        "AWS_ENDPOINT_URL_EVENTBRIDGE": "",
        **table_variables(stack),
    }
    own = {
        "Timeout": 20,
        "Role": "<NotificationsRole.Arn>",
        "Layers": None,
        "Environment": {"Variables": variables},
    }
    return function_faults(stack, NOTIFICATIONS_FUNCTION, "NotificationsLogGroup", "notifications", **own)


def _variables(stack: DeployedStack) -> list[str]:
    variables = stack.properties(NOTIFICATIONS_FUNCTION).get("Environment", {}).get("Variables", {})
    settings = {setting.name: setting for setting in known_settings("notifications")}
    found = [f"{name}: notifications does not read this variable" for name in variables if name not in settings]
    return found + [
        f"{name}: required by notifications, but not set"
        for name, setting in settings.items()
        if setting.required and not variables.get(name)
    ]


def _role(stack: DeployedStack) -> list[str]:
    queue = f"<{QUEUE}.Arn>"
    expected = {
        "sqs:ReceiveMessage": (queue, {}),
        "sqs:DeleteMessage": (queue, {}),
        "sqs:GetQueueAttributes": (queue, {}),
    }
    if bus := stack.parameters["EventBusName"]:
        arn = f"arn:{partition_of(stack.region)}:events:{stack.region}:{ACCOUNT}:event-bus/{bus}"
        expected["events:PutEvents"] = (arn, {})
    expected |= notifications_requests(stack) | logs_and_traces("NotificationsLogGroup")
    return function_role_faults(stack, "NotificationsRole", expected)


def _mapping(stack: DeployedStack) -> list[str]:
    mapping = {
        "EventSourceArn": f"<{QUEUE}.Arn>",
        "FunctionName": f"<{NOTIFICATIONS_FUNCTION}Aliaslive>",
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "BatchSize": 10,
        "MaximumBatchingWindowInSeconds": 5,
        "ScalingConfig": {"MaximumConcurrency": 5},
    }
    # Beside another consumer, Lambda would take messages that are meant for it.
    expected = {} if stack.parameters["QueueIsConsumed"] == "true" else {"NotificationsMapping": mapping}
    actual = {name: body["Properties"] for name, body in stack.of_type(MAPPING_TYPE).items()}
    return differs("what invokes a function with the queue's messages", actual, expected)


def _visibility_timeout(stack: DeployedStack) -> list[str]:
    """Holds the queue to Lambda's rule: six times the function's timeout, plus the window of the mapping."""
    # Of the source: a deployment whose queue is consumed has no mapping, and later may have one.
    mapping = stack.source["Resources"].get("NotificationsMapping", {}).get("Properties", {})
    timeout = stack.properties(NOTIFICATIONS_FUNCTION).get("Timeout", 3)
    least = 6 * timeout + mapping.get("MaximumBatchingWindowInSeconds", 0)
    actual = stack.properties(QUEUE).get("VisibilityTimeout", 30)
    found = []
    if actual < least:
        found.append(f"{QUEUE}: VisibilityTimeout of {actual} s; Lambda needs {least}, or messages are handled twice")
    attempts = stack.properties(QUEUE).get("RedrivePolicy", {}).get("maxReceiveCount", 0)
    age = stack.properties("QueueAgeAlarm").get("Threshold", 0)
    if actual * attempts >= age:
        found.append(f"QueueAgeAlarm: {age} s; a message that always fails is in the queue for {actual * attempts} s")
    return found

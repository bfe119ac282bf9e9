"""Faults of the function that reads the queue, each planted on purpose: role, mapping, settings, releases."""

import pytest
from mutated import messages_about, registration, statements

MUTATIONS = {}
mutation = registration(MUTATIONS)
A_BUS = {"EventBusName": "meetings"}


def notifications(resources: dict) -> dict:
    return resources["NotificationsFunction"]["Properties"]


def mapping(resources: dict) -> dict:
    return resources["NotificationsMapping"]["Properties"]


def policies(resources: dict) -> list:
    return resources["NotificationsRole"]["Properties"]["Policies"]


def queue_statement(resources: dict) -> dict:
    return policies(resources)[0]["PolicyDocument"]["Statement"][0]


def bus_statement(resources: dict) -> dict:
    return policies(resources)[1]["Fn::If"][1]["PolicyDocument"]["Statement"][0]


# ---- the role


@mutation("every queue of the account", "NotificationsRole: sqs:ReceiveMessage: resource")
def _(resources):
    queue_statement(resources)["Resource"] = "*"


@mutation("the dead-letter queue too", "NotificationsRole: sqs:DeleteMessage: resource")
def _(resources):
    dead_letters = {"Fn::GetAtt": ["MeetingEventsDeadLetterQueue", "Arn"]}
    queue_statement(resources)["Resource"] = [queue_statement(resources)["Resource"], dead_letters]


@mutation("messages that are handled and never deleted", "NotificationsRole: sqs:DeleteMessage is not granted")
def _(resources):
    queue_statement(resources)["Action"].remove("sqs:DeleteMessage")


@mutation("sending to the queue", "NotificationsRole: sqs:SendMessage is granted, but not needed")
def _(resources):
    queue_statement(resources)["Action"].append("sqs:SendMessage")


@mutation("every action of SQS", "NotificationsRole: sqs:* grants actions by wildcard")
def _(resources):
    queue_statement(resources)["Action"] = "sqs:*"


@mutation("AWS's own policy for every queue", "NotificationsRole: managed policies")
def _(resources):
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole"
    resources["NotificationsRole"]["Properties"]["ManagedPolicyArns"] = [arn]


@mutation("meetings", "NotificationsRole: chime:DeleteMeeting is granted, but not needed")
def _(resources):
    queue_statement(resources)["Action"].append("chime:DeleteMeeting")


@mutation("every bus of the account", "NotificationsRole: events:PutEvents: resource", **A_BUS)
def _(resources):
    bus_statement(resources)["Resource"] = {"Fn::Sub": "arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/*"}


@mutation("a bus of the partition `aws`", "events:PutEvents: resource", region="us-gov-west-1", **A_BUS)
def _(resources):
    text = bus_statement(resources)["Resource"]["Fn::Sub"]
    bus_statement(resources)["Resource"]["Fn::Sub"] = text.replace("${AWS::Partition}", "aws")


@mutation("putting events without a bus", "NotificationsRole: events:PutEvents is granted, but not needed")
def _(resources):
    policies(resources)[1] = policies(resources)[1]["Fn::If"][1]


@mutation("a bus that the role may not use", "NotificationsRole: events:PutEvents is not granted", **A_BUS)
def _(resources):
    del policies(resources)[1]


@mutation("the gateway's log", "NotificationsRole: logs:PutLogEvents: resource")
def _(resources):
    (logs,) = [
        statement for statement in statements(resources, "NotificationsRole") if "logs:" in statement["Action"][0]
    ]
    logs["Resource"] = {"Fn::GetAtt": ["GatewayLogGroup", "Arn"]}


@mutation("the gateway's role", "NotificationsFunction: Role")
def _(resources):
    notifications(resources)["Role"] = {"Fn::GetAtt": ["GatewayRole", "Arn"]}


@mutation("anyone may assume the role", "NotificationsRole: trust")
def _(resources):
    trust = resources["NotificationsRole"]["Properties"]["AssumeRolePolicyDocument"]
    trust["Statement"][0]["Principal"] = {"Service": "sqs.amazonaws.com"}


# ---- the mapping

MAPPED = "what invokes a function with the queue's messages"


@mutation("a batch that fails as a whole", MAPPED)
def _(resources):
    del mapping(resources)["FunctionResponseTypes"]


@mutation("messages that a filter deletes", MAPPED)
def _(resources):
    pattern = '{"body": {"detail": {"eventType": ["chime:MeetingEnded"]}}}'
    mapping(resources)["FilterCriteria"] = {"Filters": [{"Pattern": pattern}]}


@mutation("all of the account's concurrency", MAPPED)
def _(resources):
    del mapping(resources)["ScalingConfig"]


@mutation("an invocation for each message", MAPPED)
def _(resources):
    del mapping(resources)["MaximumBatchingWindowInSeconds"]


@mutation("more messages than a call of EventBridge takes", MAPPED)
def _(resources):
    mapping(resources)["BatchSize"] = 100


@mutation("the unpublished function, which no alarm rolls back", MAPPED)
def _(resources):
    mapping(resources)["FunctionName"] = {"Ref": "NotificationsFunction"}


@mutation("the gateway reads the queue", MAPPED)
def _(resources):
    mapping(resources)["FunctionName"] = {"Ref": "GatewayFunction.Alias"}


@mutation("a mapping that is switched off", MAPPED)
def _(resources):
    mapping(resources)["Enabled"] = False


@mutation("the dead letters are read", MAPPED)
def _(resources):
    mapping(resources)["EventSourceArn"] = {"Fn::GetAtt": ["MeetingEventsDeadLetterQueue", "Arn"]}


@mutation("another consumer's messages are taken", MAPPED, QueueIsConsumed="true")
def _(resources):
    del resources["NotificationsMapping"]["Condition"]


@mutation("nobody reads the queue", MAPPED)
def _(resources):
    del resources["NotificationsMapping"]


@mutation("SAM's event, which has no condition", MAPPED, QueueIsConsumed="true")
def _(resources):
    queue = {"Fn::GetAtt": ["MeetingEventsQueue", "Arn"]}
    notifications(resources)["Events"] = {"Queue": {"Type": "SQS", "Properties": {"Queue": queue}}}


# ---- the queue's time


@mutation("messages that are handled twice at a time", "VisibilityTimeout of 60 s; Lambda needs 125")
def _(resources):
    resources["MeetingEventsQueue"]["Properties"]["VisibilityTimeout"] = 60


@mutation("the default visibility timeout", "VisibilityTimeout of 30 s; Lambda needs 125")
def _(resources):
    del resources["MeetingEventsQueue"]["Properties"]["VisibilityTimeout"]


@mutation("a longer timeout of the function", "VisibilityTimeout of 125 s; Lambda needs 365")
def _(resources):
    notifications(resources)["Timeout"] = 60


@mutation("a longer window", "VisibilityTimeout of 125 s; Lambda needs 126")
def _(resources):
    mapping(resources)["MaximumBatchingWindowInSeconds"] = 6


@mutation("a longer window while another consumer reads", "Lambda needs 126", QueueIsConsumed="true")
def _(resources):
    mapping(resources)["MaximumBatchingWindowInSeconds"] = 6


@mutation("an unreadable message that sets off the age alarm", "a message that always fails is in the queue for 1000 s")
def _(resources):
    resources["MeetingEventsQueue"]["Properties"]["VisibilityTimeout"] = 200


# ---- the function


@mutation("an older runtime", "NotificationsFunction: Runtime")
def _(resources):
    notifications(resources)["Runtime"] = "provided.al2"


@mutation("another handler", "NotificationsFunction: Handler")
def _(resources):
    notifications(resources)["Handler"] = "notifications"


@mutation("a log group that the documentation does not name", "the log groups")
def _(resources):
    name = {"Fn::Sub": "/aws/lambda/${AWS::StackName}-notifications"}
    resources["NotificationsLogGroup"]["Properties"]["LogGroupName"] = name


@mutation("the gateway's binary", "NotificationsFunction: how it is built")
def _(resources):
    resources["NotificationsFunction"]["Metadata"]["BuildProperties"]["Binary"] = "gateway"


@mutation("no name of the gateway", "GATEWAY_NAME: required by notifications, but not set")
def _(resources):
    del notifications(resources)["Environment"]["Variables"]["GATEWAY_NAME"]


@mutation("the gateway's policy document", "POLICY_FILE: notifications does not read this variable")
def _(resources):
    notifications(resources)["Environment"]["Variables"]["POLICY_FILE"] = "/opt/policy.json"


@mutation("a value that is wrong", "NotificationsFunction: Environment", EventBusName="meetings")
def _(resources):
    notifications(resources)["Environment"]["Variables"]["EVENT_BUS_NAME"] = "default"


@mutation("a misspelt variable", "EVENTBUS_NAME: notifications does not read this variable")
def _(resources):
    variables = notifications(resources)["Environment"]["Variables"]
    variables["EVENTBUS_NAME"] = variables.pop("EVENT_BUS_NAME")


@mutation("an endpoint that sam local can't override", "NotificationsFunction: Environment")
def _(resources):
    del notifications(resources)["Environment"]["Variables"]["AWS_ENDPOINT_URL_EVENTBRIDGE"]


@mutation("the policy document, which it does not need", "NotificationsFunction: Layers")
def _(resources):
    notifications(resources)["Layers"] = [{"Ref": "PolicyLayer"}]


@mutation("no tracing", "NotificationsFunction: TracingConfig")
def _(resources):
    del notifications(resources)["Tracing"]


@mutation("lines of text, in which CloudWatch finds no metrics", "NotificationsFunction: LoggingConfig")
def _(resources):
    notifications(resources)["LoggingConfig"]["LogFormat"] = "Text"


@mutation("a level at which Lambda drops lines", "NotificationsFunction: LoggingConfig")
def _(resources):
    notifications(resources)["LoggingConfig"]["ApplicationLogLevel"] = "WARN"


@mutation("lines in the gateway's log", "NotificationsFunction: LoggingConfig")
def _(resources):
    notifications(resources)["LoggingConfig"]["LogGroup"] = {"Ref": "GatewayLogGroup"}


@mutation("a log that is kept for ever", "NotificationsLogGroup: RetentionInDays")
def _(resources):
    del resources["NotificationsLogGroup"]["Properties"]["RetentionInDays"]


@mutation("built for another processor", "NotificationsFunction: Architectures", Architecture="arm64")
def _(resources):
    notifications(resources)["Architectures"] = ["x86_64"]


@mutation("memory whatever the parameter says", "NotificationsFunction: MemorySize", MemorySize="512")
def _(resources):
    notifications(resources)["MemorySize"] = 128


# ---- its releases


@mutation("a release at once", "NotificationsFunctionAliaslive: moves all traffic to a new version at once")
def _(resources):
    del notifications(resources)["DeploymentPreference"]


@mutation("a release that handles nothing and stays", "NotificationsFunction: the alarms that roll a release back")
def _(resources):
    notifications(resources)["DeploymentPreference"]["Alarms"].pop()


@mutation("a release that the gateway's alarm rolls back", "NotificationsFunction: the alarms that roll a release back")
def _(resources):
    notifications(resources)["DeploymentPreference"]["Alarms"] = [{"Ref": "FunctionErrorsAlarm"}]


@mutation(
    "a canary whatever the parameter says", "NotificationsFunction: the release's strategy", ReleaseStrategy="AllAtOnce"
)
def _(resources):
    notifications(resources)["DeploymentPreference"]["Type"] = "Canary10Percent5Minutes"


@mutation("CodeDeploy with SAM's own role", "NotificationsFunction: the release's role")
def _(resources):
    del notifications(resources)["DeploymentPreference"]["Role"]


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, name):
    change, found, deployment = MUTATIONS[name]
    messages = messages_about(change, settings, **deployment)
    assert any(found in message for message in messages), messages

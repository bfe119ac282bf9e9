"""Faults of the registry, each planted on purpose: the table, what each function may ask of it, and what shows it."""

import pytest
from mutated import function, messages_about, registration, statements

MUTATIONS = {}
mutation = registration(MUTATIONS)
NONE = {"Registry": "false"}


def table(resources: dict) -> dict:
    return resources["RegistryTable"]["Properties"]


def notifications(resources: dict) -> dict:
    return resources["NotificationsFunction"]["Properties"]


def allowing(resources: dict, action: str, role: str = "GatewayRole") -> dict:
    """Returns the statement that allows an action of DynamoDB."""
    (found,) = [statement for statement in statements(resources, role) if statement["Action"] == f"dynamodb:{action}"]
    return found


def keys(resources: dict, action: str, role: str = "GatewayRole") -> list:
    """Returns the leading keys for which the statement holds."""
    return allowing(resources, action, role)["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]


def registry_policy(resources: dict, role: str) -> tuple[list, int]:
    """Returns a role's policies, and the place of the one that is under the condition HasRegistry."""
    policies = resources[role]["Properties"]["Policies"]
    (place,) = [place for place, policy in enumerate(policies) if policy.get("Fn::If", [""])[0] == "HasRegistry"]
    return policies, place


# ---- the table

PROPERTIES = "RegistryTable: its properties"


@mutation("a key of DynamoDB's own, which nobody sees in CloudTrail", PROPERTIES)
def _(resources):
    del table(resources)["SSESpecification"]


@mutation("items that are never deleted", PROPERTIES)
def _(resources):
    del table(resources)["TimeToLiveSpecification"]


@mutation("another attribute for the time to live", PROPERTIES)
def _(resources):
    table(resources)["TimeToLiveSpecification"]["AttributeName"] = "expires"


@mutation("a time to live that is switched off", PROPERTIES)
def _(resources):
    table(resources)["TimeToLiveSpecification"]["Enabled"] = False


@mutation("capacity that is paid for at night", PROPERTIES)
def _(resources):
    table(resources)["BillingMode"] = "PROVISIONED"
    table(resources)["ProvisionedThroughput"] = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


@mutation("no sort key", PROPERTIES)
def _(resources):
    table(resources)["KeySchema"].pop()


@mutation("a sort key that is a number", PROPERTIES)
def _(resources):
    table(resources)["AttributeDefinitions"][1]["AttributeType"] = "N"


@mutation("an index, which costs and which no function asks", PROPERTIES)
def _(resources):
    keys_only = {"ProjectionType": "KEYS_ONLY"}
    schema = [{"AttributeName": "sk", "KeyType": "HASH"}]
    table(resources)["GlobalSecondaryIndexes"] = [{"IndexName": "i", "KeySchema": schema, "Projection": keys_only}]


@mutation("a name that a table which was kept already has", PROPERTIES)
def _(resources):
    table(resources)["TableName"] = {"Fn::Sub": "${AWS::StackName}-registry"}


@mutation("a stream of what callers do", PROPERTIES)
def _(resources):
    table(resources)["StreamSpecification"] = {"StreamViewType": "NEW_IMAGE"}


@mutation("no backups whatever the parameter says", PROPERTIES, RegistryRecovery="true")
def _(resources):
    table(resources)["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = False


@mutation("backups whatever the parameter says", PROPERTIES)
def _(resources):
    table(resources)["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] = True


@mutation("a table that is not kept whatever the parameter says", PROPERTIES, RegistryRetained="true")
def _(resources):
    del table(resources)["DeletionProtectionEnabled"]


@mutation("the wrong parameter", PROPERTIES, RegistryRetained="true")
def _(resources):
    table(resources)["DeletionProtectionEnabled"] = {"Ref": "RegistryRecovery"}


@mutation("a table that always remains", "RegistryTable: remains when the stack is removed")
def _(resources):
    resources["RegistryTable"]["DeletionPolicy"] = "Retain"


@mutation("a table whatever the parameter says", "the set of AWS::DynamoDB::Table", **NONE)
def _(resources):
    del resources["RegistryTable"]["Condition"]


@mutation("a second table", "the set of AWS::DynamoDB::Table")
def _(resources):
    resources["SecondTable"] = resources["RegistryTable"]


@mutation("a table in every region", "the set of AWS::DynamoDB::Table")
def _(resources):
    resources["RegistryTable"]["Type"] = "AWS::DynamoDB::GlobalTable"


# ---- the functions' variables


@mutation("a gateway without its table", "GatewayFunction: the environment")
def _(resources):
    function(resources)["Environment"]["Variables"]["REGISTRY_TABLE"] = ""


@mutation("a misspelt variable", "REGISTRY_TABLE_NAME: the gateway does not read this variable")
def _(resources):
    variables = function(resources)["Environment"]["Variables"]
    variables["REGISTRY_TABLE_NAME"] = variables.pop("REGISTRY_TABLE")


@mutation("a table that is not there", "a reference to what is not there: RegistryTable", **NONE)
def _(resources):
    function(resources)["Environment"]["Variables"]["REGISTRY_TABLE"] = {"Ref": "RegistryTable"}


@mutation("a table when there is none, and none when there is one", "a reference to what is not there", **NONE)
def _(resources):
    function(resources)["Environment"]["Variables"]["REGISTRY_TABLE"]["Fn::If"][1:] = ["", {"Ref": "RegistryTable"}]


@mutation("a leftover endpoint for DynamoDB", "GatewayFunction: the environment")
def _(resources):
    function(resources)["Environment"]["Variables"]["AWS_ENDPOINT_URL_DYNAMODB"] = "http://127.0.0.1:3003"


@mutation("events without tenants", "NotificationsFunction: Environment")
def _(resources):
    del notifications(resources)["Environment"]["Variables"]["REGISTRY_TABLE"]


@mutation("an endpoint that sam local can't override", "NotificationsFunction: Environment")
def _(resources):
    del notifications(resources)["Environment"]["Variables"]["AWS_ENDPOINT_URL_DYNAMODB"]


# ---- the gateway's role


@mutation("every table of the account", "GatewayRole: dynamodb:GetItem: resource")
def _(resources):
    allowing(resources, "GetItem")["Resource"] = {
        "Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/*"
    }


@mutation("the table's indexes", "GatewayRole: dynamodb:Query: resource")
def _(resources):
    allowing(resources, "Query")["Resource"] = {"Fn::Sub": "${RegistryTable.Arn}/index/*"}


@mutation("the table's name in place of its ARN, which denies every call", "GatewayRole: dynamodb:PutItem: resource")
def _(resources):
    allowing(resources, "PutItem")["Resource"] = {"Ref": "RegistryTable"}


@mutation("every item", "GatewayRole: dynamodb:UpdateItem: condition")
def _(resources):
    del allowing(resources, "UpdateItem")["Condition"]


@mutation("every item, by a pattern", "GatewayRole: dynamodb:UpdateItem: condition")
def _(resources):
    keys(resources, "UpdateItem")[:] = ["*"]


@mutation("a key of another kind that begins alike", "GatewayRole: dynamodb:GetItem: condition")
def _(resources):
    keys(resources, "GetItem")[:] = ["room*"]


@mutation("a transaction of which one key alone must fit", "GatewayRole: dynamodb:UpdateItem: condition")
def _(resources):
    condition = allowing(resources, "UpdateItem")["Condition"]
    condition["ForAnyValue:StringLike"] = condition.pop("ForAllValues:StringLike")


@mutation("a pattern that is compared as a text, which denies every call", "GatewayRole: dynamodb:GetItem: condition")
def _(resources):
    condition = allowing(resources, "GetItem")["Condition"]
    condition["ForAllValues:StringEquals"] = condition.pop("ForAllValues:StringLike")


@mutation("a meeting's mark of its end can be overwritten", "GatewayRole: dynamodb:PutItem: condition")
def _(resources):
    keys(resources, "PutItem").append("meeting#*")


@mutation("usage that a gateway writes", "GatewayRole: dynamodb:UpdateItem: condition")
def _(resources):
    keys(resources, "UpdateItem").append("usage#*")


@mutation("rooms that are deleted, and their generation with them", "GatewayRole: dynamodb:DeleteItem: condition")
def _(resources):
    keys(resources, "DeleteItem").append("room#*")


@mutation("a caller's slots that can't be listed", "GatewayRole: dynamodb:Query: condition")
def _(resources):
    keys(resources, "Query").remove("caller-slots#*")


@mutation("a meeting that can't be recorded", "GatewayRole: dynamodb:UpdateItem: condition")
def _(resources):
    keys(resources, "UpdateItem").remove("meeting#*")


@mutation("the whole table in one call", "GatewayRole: dynamodb:Scan is granted, but not needed")
def _(resources):
    allowing(resources, "Query")["Action"] = ["dynamodb:Query", "dynamodb:Scan"]


@mutation("the transaction's own name", "GatewayRole: dynamodb:TransactWriteItems is granted, but not needed")
def _(resources):
    allowing(resources, "UpdateItem")["Action"] = ["dynamodb:UpdateItem", "dynamodb:TransactWriteItems"]


@mutation("every action", "GatewayRole: dynamodb:* grants actions by wildcard")
def _(resources):
    allowing(resources, "GetItem")["Action"] = "dynamodb:*"


@mutation("slots that can't be freed", "GatewayRole: dynamodb:DeleteItem is not granted")
def _(resources):
    policies, place = registry_policy(resources, "GatewayRole")
    document = policies[place]["Fn::If"][1]["PolicyDocument"]
    document["Statement"].remove(allowing(resources, "DeleteItem"))


@mutation("a role that names a table which is not there", "a reference to what is not there: RegistryTable", **NONE)
def _(resources):
    policies, place = registry_policy(resources, "GatewayRole")
    policies[place] = policies[place]["Fn::If"][1]


@mutation("AWS's own policy for every table", "GatewayRole: managed policies")
def _(resources):
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    resources["GatewayRole"]["Properties"]["ManagedPolicyArns"] = [arn]


# ---- the role of the function that reads the queue


@mutation("rooms", "NotificationsRole: dynamodb:GetItem: condition")
def _(resources):
    keys(resources, "GetItem", "NotificationsRole").append("room#*")


@mutation("slots that an event takes", "NotificationsRole: dynamodb:PutItem is granted, but not needed")
def _(resources):
    allowing(resources, "DeleteItem", "NotificationsRole")["Action"] = ["dynamodb:DeleteItem", "dynamodb:PutItem"]


@mutation("the gateway's keys", "NotificationsRole: dynamodb:UpdateItem: condition")
def _(resources):
    keys(resources, "UpdateItem", "NotificationsRole")[:] = keys(resources, "UpdateItem")


@mutation("usage that can't be counted", "NotificationsRole: dynamodb:UpdateItem: condition")
def _(resources):
    keys(resources, "UpdateItem", "NotificationsRole").remove("usage#*")


@mutation("no slot that is freed", "NotificationsRole: dynamodb:DeleteItem is not granted")
def _(resources):
    policies, place = registry_policy(resources, "NotificationsRole")
    document = policies[place]["Fn::If"][1]["PolicyDocument"]
    document["Statement"].remove(allowing(resources, "DeleteItem", "NotificationsRole"))


@mutation("the table under the bus's condition", "NotificationsRole: dynamodb:GetItem is not granted")
def _(resources):
    policies, place = registry_policy(resources, "NotificationsRole")
    policies[place]["Fn::If"][0] = "BusIsNamed"


# ---- alarms and releases


@mutation("an alarm for each limit that is met", "LimitReachedAlarm: what it measures")
def _(resources):
    resources["LimitReachedAlarm"]["Properties"]["EvaluationPeriods"] = 1


@mutation("limits of all stacks", "LimitReached is not published with the dimensions []")
def _(resources):
    del resources["LimitReachedAlarm"]["Properties"]["Dimensions"]


@mutation("an alarm for one write that took too long", "RegistryFailedAlarm: what it measures")
def _(resources):
    resources["RegistryFailedAlarm"]["Properties"]["EvaluationPeriods"] = 1


@mutation("too slow to take a release back", "RegistryFailedAlarm: takes longer than two minutes")
def _(resources):
    resources["RegistryFailedAlarm"]["Properties"]["EvaluationPeriods"] = 5


@mutation("a release that may not ask the table and stays", "GatewayFunction: the alarms that roll a release back")
def _(resources):
    function(resources)["DeploymentPreference"]["Alarms"].remove({"Ref": "RegistryFailedAlarm"})


# ---- the dashboard


def replace_graph(resources: dict, old: str, new: str) -> None:
    """Replaces a part of the graphs that are there with a registry alone."""
    variables = resources["MeetingDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][1]
    text = variables["OfTheRegistry"]["Fn::If"][1]
    text["Fn::Sub"] = text["Fn::Sub"].replace(old, new)


@mutation("limits that are not shown", "does not show MeetingGateway LimitReached")
def _(resources):
    replace_graph(resources, "LimitReached", "RegistryFailed")


@mutation("the table's attribute in place of its name", "AWS/DynamoDB ReadThrottleEvents: no TableName")
def _(resources):
    replace_graph(resources, "${RegistryTable}", "${RegistryTable.Arn}")


@mutation("a request that nobody sends", "AWS/DynamoDB SystemErrors: no Operation is 'Scan'")
def _(resources):
    replace_graph(resources, '"...", "Query"', '"...", "Scan"')


@mutation("errors of a request that are not shown", "its operations")
def _(resources):
    replace_graph(resources, '["...", "Query", {"label": "errors of Query"}],', "")


@mutation("graphs of a table that is not there", "a reference to what is not there: RegistryTable", **NONE)
def _(resources):
    variables = resources["MeetingDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][1]
    variables["OfTheRegistry"] = variables["OfTheRegistry"]["Fn::If"][1]


@mutation("the failed requests over the registry's graphs", "lies over")
def _(resources):
    variables = resources["MeetingDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"][1]
    variables["LogRow"] = "50"


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, name):
    change, found, deployment = MUTATIONS[name]
    messages = messages_about(change, settings, **deployment)
    assert any(found in message for message in messages), messages

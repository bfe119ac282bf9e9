"""What IAM says of the functions' roles: meetings with the stack's tag, and items of the table by their keys."""

import json
from dataclasses import dataclass, field

from smoke.aws import Aws, AwsError
from smoke.stack import Stack

REQUEST, RESOURCE = "aws:RequestTag/MeetingGateway", "aws:ResourceTag/MeetingGateway"
KEYS = "dynamodb:LeadingKeys"
# Any id will do: nothing asks Chime.
MEETING = "meeting/00000000-0000-4000-8000-000000000000"
GATEWAY, NOTIFICATIONS = "GatewayRole", "NotificationsRole"


@dataclass(frozen=True)
class Case:
    """A request of a role, and whether IAM should allow it."""

    what: str
    role: str
    action: str
    is_allowed: bool
    resource: str = "*"
    # What IAM is told beside the resource: tags, or the keys of items.
    context: dict[str, str] = field(default_factory=dict)


def check_permissions(aws: Aws, stack: Stack) -> list[str]:
    """Finds requests of the functions' roles that IAM decides otherwise than the stack needs."""
    cases = meetings(stack) + (items(stack) if stack.has_registry else [])
    faults = []
    for case in cases:
        try:
            decision = _decision(aws, stack, case)
        except AwsError as error:
            if "AccessDenied" in str(error):
                print(
                    f"note     IAM's decisions are not checked, since these credentials may not ask for them: {error}"
                )
                return []
            return [*faults, str(error)]
        if (decision == "allowed") != case.is_allowed:
            right = "allowed" if case.is_allowed else "a denial"
            faults.append(f"{case.what}: IAM's decision is {decision}, but should be {right}")
    print(f"checked  the functions' roles: {len(cases)} decisions of IAM, {len(faults)} fault(s)")
    return faults


def meetings(stack: Stack) -> list[Case]:
    """Returns requests of the gateway to Chime."""
    own, another = stack.name, f"{stack.name}-another"
    # What, the action, the tags that IAM sees, and whether it is allowed.
    rows = [
        ("creating a meeting with the stack's tag", "CreateMeeting", {REQUEST: own}, True),
        ("creating a meeting without a tag", "CreateMeeting", {}, False),
        ("creating a meeting with another stack's tag", "CreateMeeting", {REQUEST: another}, False),
        ("tagging a meeting that is being created", "TagResource", {REQUEST: own}, True),
        ("tagging another stack's meeting", "TagResource", {REQUEST: own, RESOURCE: another}, False),
        ("reading a meeting of the stack", "GetMeeting", {RESOURCE: own}, True),
        ("reading a meeting without a tag", "GetMeeting", {}, False),
        ("reading another stack's meeting", "GetMeeting", {RESOURCE: another}, False),
        ("ending another stack's meeting", "DeleteMeeting", {RESOURCE: another}, False),
    ]
    meeting = stack.arn("chime", MEETING)
    return [
        Case(what, GATEWAY, f"chime:{action}", is_allowed, "*" if action == "CreateMeeting" else meeting, tags)
        for what, action, tags, is_allowed in rows
    ]


def items(stack: Stack) -> list[Case]:
    """Returns requests of both functions to the registry's table."""
    own = stack.arn("dynamodb", f"table/{stack.outputs['RegistryTableName']}")
    another = f"{own}-another"
    # What, the role, the action, the table, the item's key, and whether it is allowed.
    rows = [
        ("reading a room", GATEWAY, "GetItem", own, "room#r", True),
        ("taking a caller's slot", GATEWAY, "PutItem", own, "caller-slots#c", True),
        ("recording a meeting", GATEWAY, "UpdateItem", own, "meeting#m", True),
        ("changing usage from the gateway", GATEWAY, "UpdateItem", own, "usage#t", False),
        ("reading another table", GATEWAY, "GetItem", another, "room#r", False),
        ("reading an event's tenant", NOTIFICATIONS, "GetItem", own, "meeting#m", True),
        ("counting usage", NOTIFICATIONS, "UpdateItem", own, "usage#t", True),
        ("reading a room for an event", NOTIFICATIONS, "GetItem", own, "room#r", False),
        ("taking a slot for an event", NOTIFICATIONS, "PutItem", own, "tenant-slots#t", False),
    ]
    return [
        Case(what, role, f"dynamodb:{action}", is_allowed, table, {KEYS: key})
        for what, role, action, table, key, is_allowed in rows
    ]


def _decision(aws: Aws, stack: Stack, case: Case) -> str:
    _, role = stack.resources[case.role]
    context = [
        {
            "ContextKeyName": name,
            "ContextKeyValues": [value],
            # A request can be for several items.
            "ContextKeyType": "stringList" if name == KEYS else "string",
        }
        for name, value in case.context.items()
    ]
    request = ["--policy-source-arn", stack.arn("iam", f"role/{role}", region="")]
    request += ["--action-names", case.action, "--resource-arns", case.resource]
    if context:
        request += ["--context-entries", json.dumps(context)]
    answer = aws.ask("iam", "simulate-principal-policy", *request)
    return answer["EvaluationResults"][0]["EvalDecision"]

"""What IAM says of the gateway's role: meetings with the stack's tag, and no others."""

import json

from smoke.aws import Aws, AwsError
from smoke.stack import Stack

REQUEST, RESOURCE = "aws:RequestTag/MeetingGateway", "aws:ResourceTag/MeetingGateway"
# Any id will do: nothing asks Chime.
MEETING = "meeting/00000000-0000-4000-8000-000000000000"


def check_permissions(aws: Aws, stack: Stack) -> list[str]:
    """Finds requests of the gateway's role that IAM decides otherwise than the stack needs."""
    own, another = stack.name, f"{stack.name}-another"
    # What, the action, the tags that IAM sees, and whether it is allowed.
    cases = [
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
    _, role = stack.resources["GatewayRole"]
    arn = stack.arn("iam", f"role/{role}", region="")
    faults = []
    for what, action, tags, is_allowed in cases:
        resource = "*" if action == "CreateMeeting" else stack.arn("chime", MEETING)
        try:
            decision = _decision(aws, arn, f"chime:{action}", resource, tags)
        except AwsError as error:
            if "AccessDenied" in str(error):
                print(
                    f"note     IAM's decisions are not checked, since these credentials may not ask for them: {error}"
                )
                return []
            return [*faults, str(error)]
        if (decision == "allowed") != is_allowed:
            faults.append(
                f"{what}: IAM's decision is {decision}, but should be {'allowed' if is_allowed else 'a denial'}"
            )
    print(f"checked  the gateway's role: {len(cases)} decisions of IAM, {len(faults)} fault(s)")
    return faults


def _decision(aws: Aws, role: str, action: str, resource: str, tags: dict[str, str]) -> str:
    context = [
        {"ContextKeyName": name, "ContextKeyValues": [value], "ContextKeyType": "string"}
        for name, value in tags.items()
    ]
    request = ["--policy-source-arn", role, "--action-names", action, "--resource-arns", resource]
    if context:
        request += ["--context-entries", json.dumps(context)]
    answer = aws.ask("iam", "simulate-principal-policy", *request)
    return answer["EvaluationResults"][0]["EvalDecision"]

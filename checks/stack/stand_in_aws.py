"""Stands in for the AWS CLI: answers by the name of the operation, and writes down how it was called."""

import json
import os
import sys
from pathlib import Path


def decision(overridden: dict) -> dict:
    """What IAM says of one action, unless the test says otherwise."""
    entries = json.loads(option("--context-entries")) if "--context-entries" in words else []
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in entries}
    action = option("--action-names")
    asked = " ".join([action, *(f"{name}={context[name]}" for name in sorted(context))])
    right = "allowed" if is_allowed(action, context) else "implicitDeny"
    return {"EvaluationResults": [{"EvalActionName": action, "EvalDecision": overridden.get(asked, right)}]}


# The keys of items with which a role, named by its part before `Role`, may use an action.
OF_ITEMS = {
    ("Gateway", "GetItem", "room"),
    ("Gateway", "PutItem", "caller-slots"),
    ("Gateway", "UpdateItem", "meeting"),
    ("Notifications", "GetItem", "meeting"),
    ("Notifications", "UpdateItem", "usage"),
}


def is_allowed(action: str, context: dict) -> bool:
    """Whether every tag is the stack's, or the item is of the stack's table and one of the role's."""
    service, _, operation = action.partition(":")
    if service != "dynamodb":
        return set(context.values()) == {"meeting-gateway"}
    role = option("--policy-source-arn").partition("/meeting-gateway-")[2].partition("Role")[0]
    kind = context["dynamodb:LeadingKeys"].partition("#")[0]
    return option("--resource-arns").endswith("-RegistryTable-1") and (role, operation, kind) in OF_ITEMS


def option(name: str) -> str:
    return words[words.index(name) + 1]


words = sys.argv[1:]
with Path(os.environ["CALLS"]).open("a") as calls:
    calls.write(json.dumps(words) + "\n")
answers = json.loads(os.environ["ANSWERS"])
service, operation = words[4:6]
# One operation of Cognito is called for several clients.
key = option("--client-id") if "--client-id" in words else operation
if service == "cognito-idp" and key not in answers:
    sys.exit(f"An error occurred (AccessDeniedException) when calling {operation}")
answer = answers.get(key, {})
if isinstance(answer, str):
    sys.exit(answer)
print(json.dumps(decision(answer) if operation == "simulate-principal-policy" else answer))

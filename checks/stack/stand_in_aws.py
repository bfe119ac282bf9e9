"""Stands in for the AWS CLI: answers by the name of the operation, and writes down how it was called."""

import json
import os
import sys
from pathlib import Path


def decision(overridden: dict) -> dict:
    """What IAM says of one action: allowed when every tag is the stack's, unless the test says otherwise."""
    entries = json.loads(option("--context-entries")) if "--context-entries" in words else []
    tags = {entry["ContextKeyName"]: entry["ContextKeyValues"][0] for entry in entries}
    action = option("--action-names")
    asked = " ".join([action, *(f"{name}={tags[name]}" for name in sorted(tags))])
    right = "allowed" if set(tags.values()) == {"meeting-gateway"} else "implicitDeny"
    return {"EvaluationResults": [{"EvalActionName": action, "EvalDecision": overridden.get(asked, right)}]}


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

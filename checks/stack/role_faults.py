"""What must hold for the roles: who may assume them, and exactly what they allow."""

from deployed_stack import DeployedStack
from differences import differs, normal


def trust_faults(role_name: str, role: dict, service: str) -> list[str]:
    """Finds others than this service that may assume the role."""
    actual = [normal(statement) for statement in role.get("AssumeRolePolicyDocument", {}).get("Statement", [])]
    expected = [{"Effect": "Allow", "Principal": {"Service": service}, "Action": ["sts:AssumeRole"]}]
    return differs(f"{role_name}: trust", actual, expected)


def function_role_faults(stack: DeployedStack, name: str, expected: dict[str, tuple]) -> list[str]:
    """Compares a function's role with the actions that it needs, each with its resource and condition."""
    role = stack.properties(name)
    found = trust_faults(name, role, "lambda.amazonaws.com")
    found += differs(f"{name}: managed policies", role.get("ManagedPolicyArns", []), [])
    granted = {}
    for policy in role.get("Policies", []):
        for statement in map(normal, policy["PolicyDocument"]["Statement"]):
            unusual = statement.keys() - {"Effect", "Action", "Resource", "Condition"}
            if statement.get("Effect") != "Allow" or unusual:
                found.append(f"{name}: an unexpected statement: {statement}")
            for action in statement["Action"]:
                if action in granted:
                    found.append(f"{name}: {action} is granted twice")
                if "*" in action:
                    found.append(f"{name}: {action} grants actions by wildcard")
                granted[action] = (statement.get("Resource"), statement.get("Condition", {}))
    for action in sorted(expected.keys() | granted.keys()):
        if action not in granted:
            found.append(f"{name}: {action} is not granted")
        elif action not in expected:
            found.append(f"{name}: {action} is granted, but not needed")
        else:
            found += differs(f"{name}: {action}: resource", granted[action][0], expected[action][0])
            found += differs(f"{name}: {action}: condition", granted[action][1], expected[action][1])
    return found


def logs_and_traces(log_group: str) -> dict[str, tuple]:
    """Returns what every function's role allows: writing to its own log group, and traces."""
    return {
        "logs:CreateLogStream": (f"<{log_group}.Arn>", {}),
        "logs:PutLogEvents": (f"<{log_group}.Arn>", {}),
        "xray:PutTraceSegments": ("*", {}),
        "xray:PutTelemetryRecords": ("*", {}),
    }

"""What must hold for the saved queries of CloudWatch Logs Insights."""

import re

from alarm_faults import OPERATE
from deployed_stack import STACK_NAME, DeployedStack
from differences import differs
from log_lines import GROUPS, members
from log_query import Query, QueryError

GATEWAY, NOTIFICATIONS = ["<GatewayLogGroup>"], ["<NotificationsLogGroup>"]
# The saved queries by title, and the log groups that each searches.
SAVED = {
    "Requests that failed": GATEWAY,
    "Refusals by cause": GATEWAY,
    "Answers by operation": GATEWAY,
    "Who met the full quota": GATEWAY,
    "Who filled the quota": GATEWAY,
    "Who met a limit": GATEWAY,
    "Registry failures": GATEWAY + NOTIFICATIONS,
    "One request": GATEWAY,
    "One meeting": GATEWAY + NOTIFICATIONS,
    "Tenant of a meeting": GATEWAY,
    "Slow requests": GATEWAY,
    "Invocations that failed": GATEWAY + NOTIFICATIONS,
    "Events that failed": NOTIFICATIONS,
    "Attempts at events": NOTIFICATIONS,
    "Events by tenant": NOTIFICATIONS,
}


def query_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the saved queries."""
    groups = {}
    found = []
    for logical_id, body in stack.of_type("AWS::Logs::QueryDefinition").items():
        properties = body["Properties"]
        name = str(properties.get("Name"))
        if not name.startswith(f"{STACK_NAME}/"):
            found.append(f"{logical_id}: {name!r} is not in the stack's folder")
        groups[name.removeprefix(f"{STACK_NAME}/")] = properties.get("LogGroupNames")
        found += text_faults(name, str(properties.get("QueryString")), properties.get("LogGroupNames") or [])
    found += differs("the saved queries", groups, SAVED)
    documented = set(re.findall(r"query `([^`]+)`", OPERATE.read_text()))
    return found + differs("the saved queries that docs/operate.md names", sorted(documented), sorted(SAVED))


def text_faults(where: str, text: str, groups: list[str]) -> list[str]:
    """Finds fields of a query that the lines of its log groups do not have, and text that is no query."""
    logical_ids = [group.strip("<>") for group in groups]
    if not logical_ids or not set(logical_ids) <= GROUPS.keys():
        return [f"{where}: searches {groups}, where the functions write no lines"]
    try:
        query = Query(text)
    except QueryError as error:
        return [f"{where}: {error}"]
    known = set().union(*(members(logical_id) for logical_id in logical_ids))
    unknown = sorted(query.fields() - known)
    return [f"{where}: no line has {', '.join(unknown)}"] if unknown else []

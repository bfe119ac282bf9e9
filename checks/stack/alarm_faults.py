"""What must hold for the alarms: what each measures, whom it tells, and where it says what to do."""

import json

from deployed_stack import REPOSITORY, STACK_NAME, DeployedStack
from differences import differs
from headings import headings
from metric_faults import metric_faults

OPERATE = REPOSITORY / "docs" / "operate.md"

# Alarms on Chime's quotas, and the operation that each watches. A wave of joins meets those of the last two.
THROTTLE_ALARMS = {
    "ChimeThrottlesAlarm": "CreateMeeting",
    "ChimeJoinThrottlesAlarm": "CreateAttendee",
    "ChimeGetMeetingThrottlesAlarm": "GetMeeting",
}
# Alarms on metrics of the functions that are written only when something happens that must not.
PROBLEM_ALARMS = {
    "QuotaFullAlarm": "QuotaFull",
    "DifferentMeetingAlarm": "DifferentMeeting",
    "ChimeRejectedAlarm": "ChimeRejected",
    "ChimeAccessDeniedAlarm": "ChimeAccessDenied",
    "InternalErrorAlarm": "InternalError",
    "EventsFailedAlarm": "EventsFailed",
}
# Alarms that only take a release back. Most failures of events succeed later; DeadLetterQueueAlarm tells of the rest.
SILENT_ALARMS = {"EventsFailedAlarm"}


def expected_alarms() -> dict[str, tuple]:
    """Returns namespace, metric, dimensions, statistic, threshold, period and periods of each alarm."""
    expected = {
        "FunctionErrorsAlarm": ("AWS/Lambda", "Errors", {"FunctionName": "<GatewayFunction>"}, "Sum", 1, 60, 1),
        "NotificationsErrorsAlarm": (
            *("AWS/Lambda", "Errors", {"FunctionName": "<NotificationsFunction>"}),
            *("Sum", 1, 60, 1),
        ),
        "FunctionThrottlesAlarm": ("AWS/Lambda", "Throttles", {"FunctionName": "<GatewayFunction>"}, "Sum", 1, 60, 1),
        "ApiServerErrorsAlarm": (
            *("AWS/ApiGateway", "5xx", {"ApiId": "<GatewayApi>", "Stage": "$default"}),
            *("Sum", 5, 300, 1),
        ),
        "NotificationErrorsAlarm": ("AWS/ChimeSDK", "MeetingSQSNotificationErrors", {}, "Sum", 1, 300, 1),
        "DeadLetterQueueAlarm": (
            *("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
            {"QueueName": "<MeetingEventsDeadLetterQueue.QueueName>"},
            *("Maximum", 1, 300, 1),
        ),
        "QueueAgeAlarm": (
            *("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "<MeetingEventsQueue.QueueName>"}),
            *("Maximum", 900, 300, 1),
        ),
    }
    of_stack = {"service": STACK_NAME}
    # Limits are met on any day, and a write of 200 ms may fail: neither tells anybody before it goes on.
    expected["LimitReachedAlarm"] = ("MeetingGateway", "LimitReached", of_stack, "Sum", 1, 300, 3)
    expected["RegistryFailedAlarm"] = ("MeetingGateway", "RegistryFailed", of_stack, "Sum", 1, 60, 2)
    for name, metric in PROBLEM_ALARMS.items():
        expected[name] = ("MeetingGateway", metric, of_stack, "Sum", 1, 60, 1)
    for name, operation in THROTTLE_ALARMS.items():
        usage = {"Service": "ChimeSDK", "Type": "API", "Resource": operation, "Class": "None"}
        expected[name] = ("AWS/Usage", "ThrottleCount", usage, "Sum", 1, 60, 5)
    return expected


def alarm_faults(stack: DeployedStack) -> list[str]:
    """Finds faults of the alarms."""
    expected = expected_alarms()
    alarms = {name: body["Properties"] for name, body in stack.of_type("AWS::CloudWatch::Alarm").items()}
    found = differs("the alarms", sorted(alarms), sorted(expected))
    topic = stack.parameters["AlarmTopicArn"]
    for name in sorted(alarms.keys() & expected.keys()):
        alarm = alarms[name]
        dimensions = {dimension["Name"]: dimension["Value"] for dimension in alarm.get("Dimensions", [])}
        measured = (
            *(alarm.get("Namespace"), alarm.get("MetricName"), dimensions),
            *(alarm.get(property_name) for property_name in ("Statistic", "Threshold", "Period", "EvaluationPeriods")),
        )
        found += differs(f"{name}: what it measures", measured, expected[name])
        found += metric_faults(name, *measured[:3])
        points = 3 if name in THROTTLE_ALARMS else None
        found += differs(f"{name}: DatapointsToAlarm", alarm.get("DatapointsToAlarm"), points)
        found += differs(
            f"{name}: ComparisonOperator", alarm.get("ComparisonOperator"), "GreaterThanOrEqualToThreshold"
        )
        # None of these metrics has data when all is well.
        found += differs(f"{name}: TreatMissingData", alarm.get("TreatMissingData"), "notBreaching")
        actions = [topic] if topic and name not in SILENT_ALARMS else None
        found += differs(f"{name}: AlarmActions", alarm.get("AlarmActions"), actions)
        found += differs(f"{name}: OKActions", alarm.get("OKActions"), actions)
        if alarm.get("ActionsEnabled", True) is not True:
            found.append(f"{name}: its actions are switched off")
        found += description_faults(name, str(alarm.get("AlarmDescription", "")))
    return found


def description_faults(name: str, description: str) -> list[str]:
    """Finds faults of an alarm's description: it leads to the alarm's own section of the documentation."""
    found = []
    # CloudWatch's longest description has 1,024 characters.
    if not 60 <= len(description) <= 1024:
        found.append(f"{name}: a description of {len(description)} characters")
    if not description.endswith(f". See docs/operate.md#{name.lower()}"):
        found.append(f"{name}: its description does not end with a link to its section: {json.dumps(description)}")
    if name.lower() not in headings(OPERATE.read_text()):
        found.append(f"{name}: docs/operate.md has no such section")
    return found

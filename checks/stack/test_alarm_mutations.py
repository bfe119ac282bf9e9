"""Faults of the alarms, each planted on purpose, and what their descriptions say."""

import pytest
from alarm_faults import OPERATE, PROBLEM_ALARMS, description_faults, expected_alarms
from headings import headings
from metric_faults import metric_faults
from mutated import function, messages_about, registration, without_alarm

MUTATIONS = {}
mutation = registration(MUTATIONS)
PAGER = {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:pager"}


def alarm(resources: dict, name: str) -> dict:
    return resources[name]["Properties"]


@mutation("a metric that does not exist", "NotificationErrorsAlarm: what it measures")
def _(resources):
    alarm(resources, "NotificationErrorsAlarm")["MetricName"] = "MeetingSqsNotificationErrors"


@mutation("a metric that no function writes", "nothing publishes the metric MeetingGateway Quotafull")
def _(resources):
    alarm(resources, "QuotaFullAlarm")["MetricName"] = "Quotafull"


@mutation("a namespace of the stack's own", "QuotaFullAlarm: nothing publishes the metric MeetingGateway/lectures")
def _(resources):
    alarm(resources, "QuotaFullAlarm")["Namespace"] = {"Fn::Sub": "MeetingGateway/${AWS::StackName}"}


@mutation(
    "a full quota of all stacks", "QuotaFullAlarm: MeetingGateway QuotaFull is not published with the dimensions []"
)
def _(resources):
    del alarm(resources, "QuotaFullAlarm")["Dimensions"]


@mutation("dimensions that the metric does not have", "InternalError is not published with the dimensions")
def _(resources):
    alarm(resources, "InternalErrorAlarm")["Dimensions"].append({"Name": "operation", "Value": "Join"})


@mutation("another stack's metric", "DifferentMeetingAlarm: MeetingGateway DifferentMeeting: no service is 'another'")
def _(resources):
    alarm(resources, "DifferentMeetingAlarm")["Dimensions"][0]["Value"] = "another"


@mutation("the wrong metric of the right kind", "ChimeRejectedAlarm: what it measures")
def _(resources):
    alarm(resources, "ChimeRejectedAlarm")["MetricName"] = "ChimeAccessDenied"


@mutation("no stage", "ApiServerErrorsAlarm: what it measures")
def _(resources):
    alarm(resources, "ApiServerErrorsAlarm")["Dimensions"].pop()


@mutation("the other function", "NotificationsErrorsAlarm: what it measures")
def _(resources):
    alarm(resources, "NotificationsErrorsAlarm")["Dimensions"][0]["Value"] = {"Ref": "GatewayFunction"}


@mutation("an average, which is 1 however many there are", "QuotaFullAlarm: what it measures")
def _(resources):
    alarm(resources, "QuotaFullAlarm")["Statistic"] = "Average"


@mutation("a threshold that one error does not reach", "ChimeAccessDeniedAlarm: what it measures")
def _(resources):
    alarm(resources, "ChimeAccessDeniedAlarm")["Threshold"] = 2


@mutation("a period that is too long for a canary", "InternalErrorAlarm: takes longer than two minutes")
def _(resources):
    alarm(resources, "InternalErrorAlarm")["Period"] = 300


@mutation("three of five minutes, as every one of five", "ChimeThrottlesAlarm: DatapointsToAlarm")
def _(resources):
    del alarm(resources, "ChimeThrottlesAlarm")["DatapointsToAlarm"]


@mutation("an alarm that never goes off", "DeadLetterQueueAlarm: ComparisonOperator")
def _(resources):
    alarm(resources, "DeadLetterQueueAlarm")["ComparisonOperator"] = "LessThanThreshold"


@mutation("an alarm that stays on when the data ends", "QuotaFullAlarm: TreatMissingData")
def _(resources):
    del alarm(resources, "QuotaFullAlarm")["TreatMissingData"]


@mutation("an alarm that notifies nobody", "FunctionThrottlesAlarm: AlarmActions", **PAGER)
def _(resources):
    del alarm(resources, "FunctionThrottlesAlarm")["AlarmActions"]


@mutation("an alarm whose end nobody is told", "QuotaFullAlarm: OKActions", **PAGER)
def _(resources):
    del alarm(resources, "QuotaFullAlarm")["OKActions"]


@mutation("an alarm that wakes somebody for what is tried again", "EventsFailedAlarm: AlarmActions", **PAGER)
def _(resources):
    alarm(resources, "EventsFailedAlarm")["AlarmActions"] = [{"Ref": "AlarmTopicArn"}]


@mutation("actions that are switched off", "QueueAgeAlarm: its actions are switched off")
def _(resources):
    alarm(resources, "QueueAgeAlarm")["ActionsEnabled"] = False


GONE = "a reference to what is not there: QueueAgeAlarm"


@mutation("no alarm on the queue's age beside another consumer", GONE, QueueIsConsumed="true")
def _(resources):
    resources["QueueAgeAlarm"]["Condition"] = "StackReadsTheQueue"


@mutation("a link to another section", "QuotaFullAlarm: its description does not end with a link to its section")
def _(resources):
    text = alarm(resources, "QuotaFullAlarm")["AlarmDescription"]
    alarm(resources, "QuotaFullAlarm")["AlarmDescription"] = text.replace("#quotafull", "#differentmeeting")


@mutation("no description", "DeadLetterQueueAlarm: a description of 0 characters")
def _(resources):
    del alarm(resources, "DeadLetterQueueAlarm")["AlarmDescription"]


@mutation("an alarm that no section explains", "the alarms")
def _(resources):
    resources["DurationAlarm"] = resources["FunctionErrorsAlarm"]


@mutation("a metric filter beside the metrics of the lines", "ErrorLines: a metric that is counted beside")
def _(resources):
    transformation = {"MetricNamespace": "MeetingGateway", "MetricName": "Errors", "MetricValue": "1"}
    resources["ErrorLines"] = {
        "Type": "AWS::Logs::MetricFilter",
        "Properties": {
            "LogGroupName": {"Ref": "GatewayLogGroup"},
            "FilterPattern": '{ $.level = "ERROR" }',
            "MetricTransformations": [transformation],
        },
    }


@mutation("a release that no bug of it rolls back", "GatewayFunction: the alarms that roll a release back")
def _(resources):
    function(resources)["DeploymentPreference"]["Alarms"].remove({"Ref": "InternalErrorAlarm"})


@pytest.mark.parametrize("name", MUTATIONS)
def test_finds_a_planted_fault(settings, name):
    change, found, deployment = MUTATIONS[name]
    messages = messages_about(change, settings, **deployment)
    assert any(found in message for message in messages), messages


@pytest.mark.parametrize("name", PROBLEM_ALARMS)
def test_finds_a_missing_alarm_on_what_must_not_happen(settings, name):
    def remove(resources):
        without_alarm(resources, name)

    assert any(message.startswith("the alarms") for message in messages_about(remove, settings))


def test_every_section_of_the_page_on_alarms_is_an_alarm():
    sections = {text for text in headings(OPERATE.read_text()).values() if text.endswith("Alarm")}
    assert sections == expected_alarms().keys()


def test_a_description_needs_the_section_that_it_names():
    link = "The text is long enough to say in plain words what it means. See docs/operate.md#nosuchalarm"
    assert description_faults("NoSuchAlarm", link) == ["NoSuchAlarm: docs/operate.md has no such section"]


@pytest.mark.parametrize(
    ("namespace", "name", "dimensions", "reason"),
    [
        ("MeetingGateway", "Requests", {"service": "lectures", "outcome": "failed"}, "no such set of dimensions"),
        ("MeetingGateway", "Requests", {"service": "lectures", "operation": "CreateMeting"}, "no such operation"),
        ("MeetingGateway", "requests", {"service": "lectures"}, "names of metrics are compared with case"),
        ("AWS/Usage", "ThrottleCount", {"Service": "ChimeSDK", "Type": "API", "Resource": "Join"}, "no Class"),
        (
            "AWS/Usage",
            "ThrottleCount",
            {"Service": "ChimeSDK", "Type": "API", "Resource": "Join", "Class": "None"},
            "Join is not an operation of Chime",
        ),
        ("AWS/Lambda", "Errors", {"FunctionName": "gateway"}, "not a function of the stack"),
        ("AWS/Lambda", "Errors", {}, "all functions of the account"),
        ("AWS/ApiGateway", "5XXError", {"ApiId": "<GatewayApi>", "Stage": "$default"}, "the metric of REST APIs"),
        ("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "<MeetingEventsQueue>"}, "its URL, not its name"),
    ],
)
def test_a_metric_that_nothing_publishes_is_a_fault(namespace, name, dimensions, reason):
    assert len(metric_faults("here", namespace, name, dimensions)) == 1, reason

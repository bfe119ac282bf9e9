"""What the smoke test says of a stack's parts: the queue's reader, the bus, the role, metrics and alarms."""

import pytest
from smoke_runs import (
    A_BUS,
    ALIAS_ARN,
    ANOTHERS,
    FAILED,
    HANDLED,
    MAPPED,
    MEETING,
    ON_THE_BUS,
    OUTPUTS,
    PARAMETERS,
    READS,
    RESOURCES,
    STACK,
    alarm,
    backups,
    count,
    expiry,
    logged,
    mapped,
    message,
    smoke,
    table,
)

from smoke.aws import Patience
from smoke.stack import MAPPING


def test_finds_the_event_in_the_log_and_leaves_the_queue_alone(tmp_path):
    done, calls = smoke(tmp_path, [], parameters=READS, answers=mapped(MAPPED) | logged(HANDLED))
    assert done.returncode == 0, done.stderr
    assert "received chime:MeetingEnded, by the stack's function" in done.stdout
    assert not count(calls, "receive-message")
    (search,) = [words for words in calls if "filter-log-events" in words]
    assert f'{{ $.meeting_id = "{MEETING}" }}' in search


NO_REGISTRY = {"Registry": "false"}
# Parameters, answers of the AWS CLI, and a part of the fault; without one the smoke test passes.
PARTS = {
    "no line of the meeting": (READS, mapped(MAPPED) | logged(), "no event of the meeting is in the log"),
    "a line about something else": (
        READS,
        mapped(MAPPED) | logged({"message": "something else", "meeting_id": MEETING}),
        "no event of the meeting is in the log",
    ),
    "an event that failed": (READS, mapped(MAPPED) | logged(FAILED), "an event of the meeting failed: the bus is out"),
    "an event that failed at first": (
        READS,
        mapped(MAPPED) | logged(FAILED, HANDLED),
        "an event of the meeting failed",
    ),
    "a log that can't be read": (
        READS,
        mapped(MAPPED) | {"filter-log-events": "AccessDeniedException: no logs"},
        "aws logs filter-log-events: AccessDeniedException: no logs",
    ),
    "an event on the bus": (A_BUS, mapped(MAPPED) | logged(ON_THE_BUS), None),
    "an event without its tenant": (
        READS,
        mapped(MAPPED) | logged({name: value for name, value in HANDLED.items() if name != "tenant"}),
        "handled without its tenant",
    ),
    "an event without a tenant in a stack without a registry": (
        READS | NO_REGISTRY,
        mapped(MAPPED) | logged({name: value for name, value in HANDLED.items() if name != "tenant"}),
        None,
    ),
    "an event beside the bus": (A_BUS, mapped(MAPPED) | logged(HANDLED), "not put on the event bus meetings"),
    "a bus that is missing": (
        A_BUS,
        mapped(MAPPED) | logged(ON_THE_BUS) | {"describe-event-bus": "ResourceNotFoundException: no bus"},
        "the event bus meetings can't be found, and EventBridge drops events for a missing one",
    ),
    "no mapping": (READS, mapped() | logged(HANDLED), f"0 mappings invoke {ALIAS_ARN}"),
    "a second reader": (READS, mapped(MAPPED, ANOTHERS) | logged(HANDLED), "takes messages of the queue from"),
    "a mapping of the unpublished function": (
        READS,
        mapped(MAPPED, MAPPED | {"FunctionArn": ALIAS_ARN.removesuffix(":live")}) | logged(HANDLED),
        "takes messages of the queue from the stack's function",
    ),
    "a mapping that Lambda has switched off": (
        READS,
        mapped(MAPPED | {"State": "Disabled", "StateTransitionReason": "no permission"}) | logged(HANDLED),
        "the mapping u: State is Disabled, not Enabled: no permission",
    ),
    "a mapping without a limit": (
        READS,
        mapped({name: value for name, value in MAPPED.items() if name != "ScalingConfig"}) | logged(HANDLED),
        "ScalingConfig is None, not {'MaximumConcurrency': 5}",
    ),
    "batches that fail as a whole": (
        READS,
        mapped(MAPPED | {"FunctionResponseTypes": []}) | logged(HANDLED),
        "FunctionResponseTypes is [], not ['ReportBatchItemFailures']",
    ),
    "mappings that can't be read": (
        READS,
        {"list-event-source-mappings": "AccessDeniedException: no mappings"} | logged(HANDLED),
        "AccessDeniedException: no mappings",
    ),
    "a consumer of one's own, and the stack's function": (
        {},
        mapped(MAPPED),
        f"QueueIsConsumed is `true`, but {ALIAS_ARN} reads the queue as well",
    ),
    "a consumer of one's own that is a function": ({}, mapped(ANOTHERS), None),
    "a creation without the tag that IAM allows": (
        {},
        {"simulate-principal-policy": {"chime:CreateMeeting": "allowed"}},
        "creating a meeting without a tag: IAM's decision is allowed, but should be a denial",
    ),
    "a creation with the tag that IAM denies": (
        {},
        {"simulate-principal-policy": {f"chime:CreateMeeting aws:RequestTag/MeetingGateway={STACK}": "explicitDeny"}},
        "creating a meeting with the stack's tag: IAM's decision is explicitDeny, but should be allowed",
    ),
    "another stack's meeting that IAM lets the role read": (
        {},
        {"simulate-principal-policy": {f"chime:GetMeeting aws:ResourceTag/MeetingGateway={STACK}-another": "allowed"}},
        "reading another stack's meeting: IAM's decision is allowed",
    ),
    "a slot that IAM lets an event take": (
        {},
        {"simulate-principal-policy": {"dynamodb:PutItem dynamodb:LeadingKeys=tenant-slots#t": "allowed"}},
        "taking a slot for an event: IAM's decision is allowed, but should be a denial",
    ),
    "usage that IAM does not let be counted": (
        {},
        {"simulate-principal-policy": {"dynamodb:UpdateItem dynamodb:LeadingKeys=usage#t": "implicitDeny"}},
        "counting usage: IAM's decision is implicitDeny, but should be allowed",
    ),
    "a table that is kept without the parameter": (
        {},
        table(DeletionProtectionEnabled=True),
        "its protection against deletion is True, not False",
    ),
    "a table that is kept": ({"RegistryRetained": "true"}, table(DeletionProtectionEnabled=True), None),
    "a table that is not kept": ({"RegistryRetained": "true"}, table(), "against deletion is False, not True"),
    "a table that is backed up": ({"RegistryRecovery": "true"}, backups("ENABLED"), None),
    "a table that is not backed up": ({"RegistryRecovery": "true"}, {}, "its backups is DISABLED, not ENABLED"),
    "a table that is being made": ({}, table(TableStatus="CREATING"), "its state is CREATING, not ACTIVE"),
    "a table whose encryption somebody changed": ({}, table(SSEDescription={}), "its encryption is None"),
    "a table by capacity": ({}, table(BillingModeSummary={"BillingMode": "PROVISIONED"}), "is PROVISIONED, not PAY"),
    "expired items that remain": ({}, expiry("DISABLED"), "is DISABLED, not ENABLED or ENABLING"),
    "expired items that will be deleted": ({}, expiry("ENABLING"), None),
    "another attribute for expired items": ({}, expiry("ENABLED", "expires"), "expired items is expires, not ttl"),
    "a table that is gone": (
        {},
        {"describe-table": "ResourceNotFoundException: no table"},
        "aws dynamodb describe-table: ResourceNotFoundException: no table",
    ),
    "no table where there is none": (NO_REGISTRY, {"describe-table": "ResourceNotFoundException: no table"}, None),
    "IAM's answer is an error": (
        {},
        {"simulate-principal-policy": "NoSuchEntity: no role"},
        "aws iam simulate-principal-policy: NoSuchEntity: no role",
    ),
    "a metric that does not arrive": (
        {},
        {"get-metric-statistics": {"Datapoints": []}},
        "CloudWatch has no metric Requests of the stack",
    ),
    "a metric that can't be read": (
        {},
        {"get-metric-statistics": "AccessDenied: no metrics"},
        "AccessDenied: no metrics",
    ),
    "an alarm that is on": (
        {},
        {"describe-alarms": {"MetricAlarms": [alarm("QuotaFullAlarm", "ALARM"), alarm("QueueAgeAlarm")]}},
        "QuotaFullAlarm-1 is on: one datapoint was 1. Something. See docs/operate.md#quotafullalarm",
    ),
    "an alarm without data": (
        {},
        {"describe-alarms": {"MetricAlarms": [alarm("QuotaFullAlarm"), alarm("QueueAgeAlarm", "INSUFFICIENT_DATA")]}},
        None,
    ),
    "an alarm that is missing": (
        {},
        {"describe-alarms": {"MetricAlarms": [alarm("QuotaFullAlarm")]}},
        "the alarm meeting-gateway-QueueAgeAlarm-1 does not exist",
    ),
    "alarms that can't be read": ({}, {"describe-alarms": "AccessDenied: no alarms"}, "AccessDenied: no alarms"),
}


@pytest.mark.parametrize("case", PARTS)
def test_checks_the_parts_of_the_stack(tmp_path, case):
    parameters, answers, fault = PARTS[case]
    done, _ = smoke(tmp_path, [message(MEETING)], parameters=parameters, answers=answers)
    if fault is None:
        assert done.returncode == 0, done.stderr
    else:
        assert done.returncode == 1
        assert done.stderr.count("FAULT") == 1, done.stderr
        assert fault in done.stderr
    assert f"ended    {MEETING}" in done.stdout, "runs the other checks too"


def test_notes_when_iam_may_not_be_asked(tmp_path):
    denied = {"simulate-principal-policy": "An error occurred (AccessDenied) when calling SimulatePrincipalPolicy"}
    done, calls = smoke(tmp_path, [message(MEETING)], answers=denied)
    assert done.returncode == 0, done.stderr
    assert "note     IAM's decisions are not checked" in done.stdout
    assert count(calls, "simulate-principal-policy") == 1


def test_notes_alarms_that_tell_nobody(tmp_path):
    done, _ = smoke(tmp_path, [message(MEETING)], parameters={"AlarmTopicArn": ""})
    assert done.returncode == 0, done.stderr
    assert "note     the alarms tell nobody" in done.stdout


def test_waits_for_what_arrives_late(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr("smoke.aws.time.monotonic", lambda: clock[0])
    monkeypatch.setattr("smoke.aws.time.sleep", lambda seconds: clock.__setitem__(0, clock[0] + seconds))
    assert [clock[0] for _ in Patience(25).attempts()] == [0, 10, 20, 25]
    clock[0] = 0
    assert [clock[0] for _ in Patience(0).attempts()] == [0]


def test_expects_the_mapping_that_the_template_has(template):
    mapping = template["Resources"]["NotificationsMapping"]["Properties"]
    assert {name: mapping[name] for name in MAPPING.keys() - {"State"}} | {"State": "Enabled"} == MAPPING


def test_reads_outputs_and_resources_that_the_template_has(template):
    assert (OUTPUTS.keys() | {"ApiUrl"}) <= template["Outputs"].keys()
    assert PARAMETERS.keys() <= template["Parameters"].keys()
    assert {name: kind for name, (kind, _) in RESOURCES.items()} == {
        name: template["Resources"][name]["Type"] for name in RESOURCES
    }

"""What the registry has to do with events: usage that adds up, tenants, and slots that become free."""

import json
import random
import re
import shlex
import socket
import subprocess
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from event_source import EventSource, event_of
from function import Notifications
from meetings_gateway import MeetingsGateway
from peers import ACCOUNT, BUS, REGION, Peer
from processes import REPOSITORY, free_port
from usage import Usage, usage_of_events

UNKNOWN_MEETING = "0f8a1c00-0000-4abc-8000-00000000000d"
MINUTES = 60_000
AWS_CLI = REPOSITORY / ".tools" / "clients" / "bin" / "aws"


# A tenant with Limits, whose meetings are published with their slots, and one without, whose meetings are recorded.
EITHER = pytest.mark.parametrize("tenant", ["acme", "initech"])


@dataclass
class Loop:
    """From requests of a tenant to the tenant's usage."""

    gateway: MeetingsGateway
    source: EventSource
    function: Notifications
    usage: Usage

    def drain(self) -> None:
        """Reads every message; none fails."""
        assert all(not batch.failed for batch in self.source.drain())


@dataclass
class Meeting:
    """A meeting of a tenant, with the token of somebody of the tenant who may do everything."""

    id: str
    tenant: str
    token: str


@dataclass
class Registry:
    """The peer's table."""

    peer: Peer
    table: str

    def slots(self, meeting: Meeting) -> int:
        """Returns how many slots of its tenant the meeting has."""
        items = self.peer.client("dynamodb").query(
            TableName=self.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"tenant-slots#{meeting.tenant}"}},
            ConsistentRead=True,
        )["Items"]
        return sum(item.get("meeting") == {"S": meeting.id} for item in items)


@pytest.fixture
def loop(gateway, source, function, usage):
    """Everything between, empty."""
    return Loop(gateway, source, function, usage)


@pytest.fixture
def registry(peer, table):
    """The peer's table, with what the tests before have left there."""
    return Registry(peer, table)


@pytest.fixture
def tenant():
    """Whose meeting it is."""
    return "initech"


@pytest.fixture
def meeting(gateway, tenant):
    """A new meeting."""
    token = gateway.token(tenant=tenant, groups="hosts,members", sub=f"{tenant}-host")
    created = gateway.post("/meetings", token, {"ExternalMeetingId": "usage"})
    return Meeting(created["Meeting"]["MeetingId"], tenant, token)


def person(user: str, event: str, minutes_ago: int, **more: object) -> dict:
    """Returns an event of somebody; the attendee's id is made of the name."""
    ids = {"anna": "a" * 12, "ben": "b" * 12, "aws:recorder": "c" * 12}
    return {
        "event_type": f"chime:Attendee{event}",
        "attendee_id": f"0f8a1c00-0000-4abc-8000-{ids[user]}",
        "external_user_id": user,
        "milliseconds_ago": minutes_ago * MINUTES,
        **more,
    }


# Anna is there for 30 and 10 minutes, Ben for 20, of which 10 with her. The recorder does not count.
PEOPLE = [
    person("anna", "Joined", 60),
    person("aws:recorder", "Joined", 59),
    person("ben", "Joined", 40),
    person("anna", "Left", 30),
    person("ben", "Dropped", 20),
    person("anna", "Joined", 15),
    person("anna", "Left", 5),
    person("aws:recorder", "Left", 5),
]


def hold(loop: Loop, meeting: Meeting, people: list[dict]) -> list[dict]:
    """Lets people come and go, and ends the meeting; returns the record of its events."""
    loop.gateway.tell(meeting.id, *people)
    loop.gateway.request("DELETE", f"/meetings/{meeting.id}", meeting.token)
    return loop.gateway.sent_events()


@EITHER
def test_a_meeting_counts_in_its_tenants_day(loop, meeting):
    recorded = hold(loop, meeting, PEOPLE)
    loop.drain()
    assert {line["tenant"] for line in loop.function.new_lines()} == {meeting.tenant}
    grown = loop.usage.grown()
    assert grown == usage_of_events(recorded, {meeting.id: meeting.tenant})
    day = grown[meeting.tenant]
    assert (day.meetings, day.peak) == (1, 2)
    # The simulator's clock moves between two events.
    assert round(day.attendee_minutes, 1) == Decimal("60.0")
    assert round(day.meeting_minutes, 1) == Decimal("60.0")


def test_events_that_come_again_late_or_in_disorder_count_once(loop, meeting):
    deliver, events = loop.source.invoke, []

    def keep(event: bytes) -> tuple[int, bytes]:
        events.append(event)
        return deliver(event)

    loop.source.invoke = keep
    recorded = hold(loop, meeting, [{**one, "times": 2} for one in reversed(PEOPLE)])
    loop.drain()
    tenants = {meeting.id: meeting.tenant}
    expected = usage_of_events(recorded, tenants)
    assert loop.usage.grown() == expected
    # The same messages once more, in other batches and another order.
    records = [record for event in events for record in json.loads(event)["Records"]]
    random.Random(7).shuffle(records)
    for first in range(0, len(records), 4):
        status, answer = loop.function.invoke(json.dumps({"Records": records[first : first + 4]}).encode())
        assert (status, json.loads(answer)) == (200, {"batchItemFailures": []})
    assert loop.usage.grown() == expected
    # What was in the dead-letter queue comes when everything else is over.
    late = late_leave(recorded)
    loop.function.invoke(event_of([message(late)], loop.source.queue_arn))
    corrected = usage_of_events([*recorded, as_record(late)], tenants)
    day, before = corrected[meeting.tenant], expected[meeting.tenant]
    assert day.attendee_minutes < before.attendee_minutes
    assert (day.peak, before.peak) == (1, 2)
    assert loop.usage.grown() == corrected


def late_leave(recorded: list[dict]) -> dict:
    """Returns an event that says that Anna had left just after she came first."""
    events = [json.loads(event["body"]) for event in recorded if event["attendee_id"]]
    annas = [event for event in events if event["detail"]["externalUserId"] == "anna"]
    first = min(annas, key=lambda event: event["detail"]["timestamp"])
    left = {"eventType": "chime:AttendeeLeft", "timestamp": first["detail"]["timestamp"] + MINUTES}
    return first | {"detail": first["detail"] | left}


def message(event: dict) -> dict:
    """Returns an event as a message that was received."""
    of_sqs = {"MessageId": "late", "ReceiptHandle": "r", "MD5OfBody": "5"}
    return of_sqs | {"Body": json.dumps(event), "Attributes": {"ApproximateReceiveCount": "1"}}


def as_record(event: dict) -> dict:
    """Returns an event as the simulator would have recorded it."""
    detail = event["detail"]
    names = {"event_type": "eventType", "meeting_id": "meetingId", "attendee_id": "attendeeId"}
    members = {name: detail[of_chime] for name, of_chime in names.items()}
    return members | {"timestamp": detail["timestamp"], "body": json.dumps(event)}


@EITHER
def test_the_end_of_a_meeting_frees_its_slot_however_often_it_comes(loop, meeting, registry):
    loop.drain()
    limited = int(meeting.tenant == "acme")
    assert registry.slots(meeting) == limited
    loop.gateway.tell(meeting.id, {"event_type": "chime:AttendeeJoined", "external_user_id": "anna"})
    loop.gateway.sent_events()
    loop.drain()
    assert registry.slots(meeting) == limited, "only the end frees it"
    # Chime ends a meeting that nobody is in; nobody deletes it.
    loop.gateway.tell(meeting.id, {"event_type": "chime:MeetingEnded", "times": 3})
    loop.gateway.sent_events()
    loop.drain()
    assert registry.slots(meeting) == 0
    assert loop.usage.grown()[meeting.tenant].meetings == 1


def test_nothing_is_lost_or_counted_twice_while_the_table_is_down(loop, meeting, registry, queues, bus):
    recorded = hold(loop, meeting, PEOPLE)
    nobody = f"http://127.0.0.1:{free_port()}"
    with Notifications(BUS, registry.peer.url, registry.table, nobody) as down:
        loop.source.invoke = down.invoke
        batch = loop.source.poll()
        assert batch.failed == set(batch.ids)
        lines = down.new_lines()
        assert {line["message"] for line in lines} == {"event failed"}
        assert {line["cause"] for line in lines} == {"the registry's table did not answer in time"}
    assert (bus.take(), loop.usage.grown()) == ([], {})
    loop.source.invoke = loop.function.invoke
    loop.drain()
    assert loop.usage.grown() == usage_of_events(recorded, {meeting.id: meeting.tenant})
    assert len(bus.wait_for(len(recorded))) == len(recorded)
    assert queues.dead_letters() == []


def test_an_event_that_the_bus_does_not_take_counts_once(loop, meeting, registry):
    recorded = hold(loop, meeting, PEOPLE)
    nobody = f"http://127.0.0.1:{free_port()}"
    with Notifications(BUS, nobody, registry.table, registry.peer.url) as without_bus:
        loop.source.invoke = without_bus.invoke
        batch = loop.source.poll()
        assert batch.failed == set(batch.ids)
        # The tenant was known before the bus failed.
        assert {line["tenant"] for line in without_bus.new_lines()} == {meeting.tenant}
    loop.source.invoke = loop.function.invoke
    loop.drain()
    assert loop.usage.grown() == usage_of_events(recorded, {meeting.id: meeting.tenant})


def test_a_meeting_that_the_registry_does_not_know_has_no_tenant_and_no_usage(loop, queues, bus):
    detail = {"eventType": "chime:MeetingEnded", "timestamp": 1, "meetingId": UNKNOWN_MEETING}
    event = {"detail-type": "Chime Meeting State Change", "detail": detail}
    for _ in range(2):
        queues.sqs.send_message(QueueUrl=queues.url, MessageBody=json.dumps(event))
    loop.drain()
    lines = loop.function.new_lines()
    assert [line["message"] for line in lines] == ["event handled"] * 2
    assert not any("tenant" in line for line in lines)
    assert all("tenant" not in entry["detail"]["meetingGateway"] for entry in bus.wait_for(2))
    assert loop.usage.grown() == {}


def test_without_a_registry_no_connection_is_made(loop, meeting):
    hold(loop, meeting, PEOPLE)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = []
        threading.Thread(target=lambda: accepted.append(listener.accept()), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with Notifications(table="", table_endpoint=url) as without_registry:
            loop.source.invoke = without_registry.invoke
            loop.drain()
            lines = without_registry.new_lines()
        assert len(lines) > len(PEOPLE)
        assert not any("tenant" in line for line in lines)
        assert accepted == []


def test_the_documented_query_reads_the_usage(loop, meeting, registry):
    hold(loop, meeting, PEOPLE)
    loop.drain()
    page = (REPOSITORY / "docs" / "registry.md").read_text().partition("\n## Usage\n")[2]
    command = re.search(r"```sh\n(aws dynamodb query .*?)```", page, re.DOTALL)[1].replace("\\\n", "")
    # Today's month instead of the example's.
    month = datetime.now(UTC).strftime("%Y-%m")
    command = command.replace("usage#acme", f"usage#{meeting.tenant}").replace("2026-11-30", f"{month}-31")
    command = command.replace("2026-11-01", f"{month}-01").replace(" TABLE ", f" {registry.table} ")
    words = [*shlex.split(command.removeprefix("aws ")), "--endpoint-url", registry.peer.url]
    words[words.index("table")] = "json"
    credentials = {"AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "made-up", "AWS_DEFAULT_REGION": REGION}
    shown = subprocess.run([AWS_CLI, *words], env=credentials, capture_output=True, text=True, check=True)
    days = json.loads(shown.stdout)
    assert all(re.fullmatch(rf"{month}-\d\d", day["Day"]) for day in days)
    day = loop.usage.read()[meeting.tenant]
    assert sum(int(day["Meetings"]) for day in days) == day.meetings
    assert sum(Decimal(day["MeetingMinutes"]) for day in days) == day.meeting_minutes
    assert sum(Decimal(day["AttendeeMinutes"]) for day in days) == day.attendee_minutes
    assert max(int(day["Peak"]) for day in days) == day.peak

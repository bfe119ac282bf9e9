"""From a request to the gateway to a line in the log and an event on the bus: what the simulator told the queue."""

import json

import pytest
from function import Notifications, metrics
from peers import BUS
from processes import free_port

# Planted in what callers choose, which no log may have.
SECRET_MEETING, SECRET_USER = "planted-meeting", "planted-user"
TENANT = "acme"
SILENT = {"Audio": "None", "Video": "None", "Content": "None"}
# Every eventType that the simulator sends only on request, because nobody connects to its meetings.
ON_REQUEST = [
    *("AttendeeAuthorized", "AttendeeJoined", "AttendeeVideoStarted", "AttendeeVideoStopped", "AttendeeContentJoined"),
    *("AttendeeContentVideoStarted", "AttendeeContentVideoStopped", "AttendeeContentLeft", "AttendeeContentDropped"),
    *("AttendeeDropped", "AttendeeLeft"),
]
COUNTED = {
    "chime:MeetingStarted": "MeetingsStarted",
    "chime:MeetingEnded": "MeetingsEnded",
    "chime:AttendeeAdded": "AttendeesAdded",
    "chime:AttendeeJoined": "AttendeesJoined",
    "chime:AttendeeLeft": "AttendeesLeft",
    "chime:AttendeeDropped": "AttendeesDropped",
}


@pytest.fixture
def token(gateway):
    """A token of somebody who may do everything."""
    return gateway.token(tenant=TENANT, groups="hosts,members", sub=SECRET_USER)


@pytest.fixture
def meeting(gateway, token):
    """A new meeting's id."""
    created = gateway.post("/meetings", token, {"ExternalMeetingId": SECRET_MEETING})
    return created["Meeting"]["MeetingId"]


def check_books(recorded: list[dict], lines: list[dict], entries: list[dict], tenant: str = TENANT) -> None:
    """Checks that each event has its line and its entry on the bus, and that there are no others."""
    by_message = {event["message_id"]: event for event in recorded}
    assert len(by_message) == len(recorded) > 0
    assert sorted(line["message_id"] for line in lines) == sorted(by_message)
    assert sorted(entry["detail"]["meetingGateway"]["messageId"] for entry in entries) == sorted(by_message)
    for line in lines:
        check_line(line, by_message[line["message_id"]], tenant)
    for entry in entries:
        check_entry(entry, json.loads(by_message[entry["detail"]["meetingGateway"]["messageId"]]["body"]), tenant)
    # The id that EventBridge gave an entry is in the line of its event.
    ids = {entry["detail"]["meetingGateway"]["messageId"]: entry["id"] for entry in entries}
    assert {line["message_id"]: line["event_bus_id"] for line in lines} == ids


def check_line(line: dict, event: dict, tenant: str | None = TENANT) -> None:
    """Checks a line against the record of its event."""
    body = json.loads(event["body"])
    detail = body["detail"]
    assert (line["level"], line["message"], line["service"]) == ("INFO", "event handled", "loop")
    assert (line["detail_type"], line["event_type"]) == (body["detail-type"], event["event_type"])
    assert (line["event_time_ms"], line["meeting_id"]) == (event["timestamp"], event["meeting_id"])
    assert line["media_region"] == detail["mediaRegion"]
    assert line.get("attendee_id") == event["attendee_id"]
    user = detail.get("externalUserId")
    is_machine = None if user is None else user.startswith("aws:")
    assert line.get("machine") == is_machine
    assert line.get("tenant") == tenant
    assert {"timestamp", "function_request_id", "receive_count", "cold_start"} <= line.keys()
    assert "cause" not in line
    expected = {"Events": 1}
    if event["event_type"] in COUNTED and not is_machine:
        expected[COUNTED[event["event_type"]]] = 1
    assert metrics(line) == expected


def check_entry(entry: dict, body: dict, tenant: str) -> None:
    """Checks an event of the bus against Chime's."""
    assert (entry["source"], entry["detail-type"]) == ("meeting-gateway", body["detail-type"])
    assert entry["resources"] == body.get("resources", [])
    added = {"messageId": entry["detail"]["meetingGateway"]["messageId"], "service": "loop", "tenant": tenant}
    assert entry["detail"] == body["detail"] | {"meetingGateway": added}


def test_a_meetings_life_becomes_lines_and_events_on_the_bus(gateway, token, source, function, bus):
    body = {"ExternalMeetingId": SECRET_MEETING, "Attendees": [{"ExternalUserId": f"{SECRET_USER}-1"}]}
    created = gateway.post("/meetings?operation=create-attendees", token, body)
    meeting, (first,) = f"/meetings/{created['Meeting']['MeetingId']}", created["Attendees"]
    gateway.request("POST", f"{meeting}/join", token)
    batch = {"Attendees": [{"ExternalUserId": f"{SECRET_USER}-2"}, {"ExternalUserId": f"{SECRET_USER}-3"}]}
    gateway.post(f"{meeting}/attendees?operation=batch-create", token, batch)
    one = f"{meeting}/attendees/{first['AttendeeId']}"
    gateway.request("PUT", f"{one}/capabilities", token, {"Capabilities": SILENT})
    gateway.request("DELETE", one, token)
    gateway.request("DELETE", meeting, token)
    recorded = gateway.sent_events()
    source.drain()
    lines = function.new_lines()
    check_books(recorded, lines, bus.wait_for(len(recorded)))
    told = [event["event_type"].removeprefix("chime:") for event in recorded]
    added = ["AttendeeAdded"] * 4
    # Join creates an attendee as well.
    rest = ["AttendeeCapabilitiesUpdated", "AttendeeDeleted", "MeetingEnded"]
    assert told == ["MeetingStarted", *added, *rest]
    assert all(line["receive_count"] == 1 for line in lines)


def test_what_people_and_machines_do_in_a_meeting_is_told_too(gateway, token, meeting, source, function, bus):
    attendee = gateway.post(f"/meetings/{meeting}/join", token)["Attendee"]["AttendeeId"]
    people = [{"event_type": f"chime:{name}", "attendee_id": attendee} for name in ON_REQUEST]
    machine = {"event_type": "chime:AttendeeJoined", "external_user_id": "aws:MediaPipeline-7"}
    gateway.tell(meeting, *people, machine)
    recorded = gateway.sent_events()
    source.drain()
    lines = function.new_lines()
    check_books(recorded, lines, bus.wait_for(len(recorded)))
    assert [line["machine"] for line in lines if "machine" in line].count(True) == 1


def test_events_that_come_twice_late_or_unknown_are_passed_on(gateway, meeting, source, function, bus):
    pipeline = {"event_type": "chime:MediaPipelineInProgress", "detail_type": "Chime Media Pipeline State Change"}
    gateway.tell(
        meeting,
        {"event_type": "chime:AttendeeLeft", "external_user_id": "somebody"},
        {"event_type": "chime:AttendeeJoined", "external_user_id": "somebody", "milliseconds_ago": 60_000, "times": 2},
        {"event_type": "chime:AttendeeLevitated", "external_user_id": "somebody"},
        {"event_type": "com.example:Anything"},
        pipeline,
    )
    recorded = gateway.sent_events()
    assert len(recorded) == 7
    assert all(not batch.failed for batch in source.drain())
    check_books(recorded, function.new_lines(), bus.wait_for(len(recorded)))


def test_a_text_that_is_no_event_fails_alone(gateway, meeting, source, function, bus):
    gateway.sent_events()
    source.drain()
    bus.wait_for(1)
    function.new_output()
    event = {"event_type": "chime:AttendeeJoined", "external_user_id": SECRET_USER}
    gateway.tell(meeting, event | {"times": 4}, {"text": f"no JSON {SECRET_USER}"}, event | {"times": 5})
    recorded = gateway.sent_events()[1:]
    batch = source.poll()
    (poisoned,) = (one["message_id"] for one in recorded if one["event_type"] is None)
    assert len(batch.ids) == 10
    assert batch.failed == {poisoned}
    lines = function.new_lines()
    (failed,) = (line for line in lines if line["message"] == "event failed")
    assert (failed["level"], failed["message_id"], failed["receive_count"]) == ("ERROR", poisoned, 1)
    assert failed["cause"]
    assert metrics(failed) == {"EventsFailed": 1}
    others = [one for one in recorded if one["event_type"]]
    check_books(others, [line for line in lines if line is not failed], bus.wait_for(9))


def test_ten_poisoned_messages_end_in_the_dead_letter_queue_and_hold_up_nobody(
    gateway, meeting, queues, source, function, bus
):
    gateway.sent_events()
    source.drain()
    function.new_output()
    gateway.tell(meeting, *({"text": f"{number} is no event"} for number in range(10)))
    gateway.sent_events()
    receives = 0
    while batch := source.poll():
        receives += 1
        assert len(batch.failed) == len(batch.ids) == 10, receives
    assert receives == 5
    dead = sorted(message["Body"] for message in queues.dead_letters())
    assert dead == [f"{number} is no event" for number in range(10)]
    counts = [line["receive_count"] for line in function.new_lines()]
    assert counts == [receive for receive in range(1, 6) for _ in range(10)]
    bus.take()
    gateway.tell(meeting, {"event_type": "chime:AttendeeJoined", "external_user_id": "later"})
    recorded = gateway.sent_events()[-1:]
    source.drain()
    check_books(recorded, function.new_lines(), bus.wait_for(1))


def test_nothing_is_lost_while_the_bus_is_down(gateway, meeting, source, function, bus):
    gateway.tell(meeting, {"event_type": "chime:AttendeeJoined", "external_user_id": "somebody", "times": 4})
    recorded = gateway.sent_events()
    with Notifications(BUS, f"http://127.0.0.1:{free_port()}") as down:
        source.invoke = down.invoke
        for _ in range(2):
            batch = source.poll()
            assert batch.failed == set(batch.ids)
            assert len(batch.ids) == 5
        lines = down.new_lines()
        assert [line["message"] for line in lines] == ["event failed"] * 10
        assert all(line["cause"] and line["meeting_id"] == meeting for line in lines)
    assert bus.take() == []
    source.invoke = function.invoke
    source.drain()
    lines = function.new_lines()
    check_books(recorded, lines, bus.wait_for(5))
    assert {line["receive_count"] for line in lines} == {3}


def test_without_a_bus_and_a_registry_an_event_has_its_line_alone(gateway, meeting, source, bus):
    recorded = gateway.sent_events()
    bus.take()
    with Notifications() as without_bus:
        source.invoke = without_bus.invoke
        source.drain()
        (line,) = without_bus.new_lines()
    check_line(line, recorded[0], tenant=None)
    assert line["meeting_id"] == meeting
    assert "event_bus_id" not in line
    assert bus.take() == []


def test_no_output_of_the_function_has_what_callers_chose(gateway, meeting, source, function):
    event = {"event_type": "chime:AttendeeJoined", "external_user_id": SECRET_USER}
    gateway.tell(meeting, event, {"text": f"{SECRET_USER} is no event"}, {"text": json.dumps({"a": SECRET_USER})})
    gateway.sent_events()
    source.poll()
    # Everything since the start, of the tests before as well.
    output = function.output()
    assert "event handled" in output and "event failed" in output
    for secret in (SECRET_MEETING, SECRET_USER, "aws:MediaPipeline", "is no event"):
        assert secret not in output
    assert SECRET_MEETING in gateway.output(), "the simulator prints creations, so the secret was there"

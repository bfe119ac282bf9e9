"""The smoke test's meeting, from its creation to its event in the queue."""

import pytest
from smoke_runs import MEETING, count, message, smoke


def test_passes_when_an_event_of_its_meeting_arrives(tmp_path):
    done, calls = smoke(tmp_path, [message("another"), message(MEETING)])
    assert done.returncode == 0, done.stderr
    assert "chime:MeetingEnded" in done.stdout
    assert "joined" in done.stdout
    assert "secret-token" not in done.stdout + done.stderr
    assert not count(calls, "delete-meeting"), "the endpoint has ended it"
    assert count(calls, "delete-message") == 1, "deletes only its own message"


@pytest.mark.parametrize(
    ("endpoint", "passes", "said"),
    [
        ({"statuses": {"end": 403}}, True, "the user may not end the meeting: no end"),
        # As when the role may not call DeleteMeeting.
        ({"statuses": {"end": 500}}, False, "ending the meeting: the endpoint answered 500: no end"),
        ({"statuses": {"end": 0}}, False, "ending the meeting: the endpoint answered 0: Remote end closed connection"),
        ({"statuses": {"join": 0}}, False, "joining the meeting: the endpoint answered 0"),
        ({"statuses": {"end": 404}}, False, "ending the meeting: the endpoint answered 404: no end"),
        ({"statuses": {"join": 403}}, True, "the user may not join: no join"),
        ({"statuses": {"join": 500}}, False, "joining the meeting: the endpoint answered 500"),
        ({"has_join_token": False}, False, "joining the meeting: the endpoint answered 201"),
        ({"statuses": {"get": 404}}, False, "getting the meeting: the endpoint answered 404"),
        ({"statuses": {"missing": 200}}, False, "a meeting that does not exist: the endpoint answered 200, not 404"),
        ({"statuses": {"missing": 403}}, False, "a meeting that does not exist: the endpoint answered 403, not 404"),
    ],
)
def test_checks_every_step_of_a_meeting(tmp_path, endpoint, passes, said):
    done, calls = smoke(tmp_path, [message(MEETING)], endpoint=endpoint)
    assert (done.returncode == 0) == passes, done.stderr
    assert said in (done.stdout if passes else done.stderr)
    assert bool(count(calls, "delete-meeting")) == ("end" in endpoint.get("statuses", {}))


ANOTHER = "0d1f7d5e-5a1a-4b0e-9d55-6a2f1f2f6c11"


@pytest.mark.parametrize(
    ("endpoint", "passes", "said"),
    [
        ({}, True, f"opened   a room with the meeting {MEETING}"),
        ({"statuses": {"open": 403}}, True, "the user may not open a room: no open"),
        ({"statuses": {"open": 404}}, True, "the user may not open a room: no open"),
        # As when the role may not ask the table.
        ({"statuses": {"open": 503}}, False, "joining a new room: the endpoint answered 503: no open"),
        ({"statuses": {"join-room": 503}}, False, "joining the room again: the endpoint answered 503"),
        ({"meetings": {"join-room": ANOTHER}}, False, f"with the meeting {ANOTHER}, not {MEETING}"),
        ({"statuses": {"get-room": 404}}, False, "reading the room: the endpoint answered 404"),
        ({"meetings": {"get-room": ANOTHER}}, False, "reading the room: the endpoint answered 200 with the meeting"),
        ({"statuses": {"end-room": 403}}, True, "the user may not end the room: no end-room"),
        ({"statuses": {"end-room": 500}}, False, "ending the room: the endpoint answered 500: no end-room"),
        ({"statuses": {"get-ended-room": 200}}, False, "the room that has ended: the endpoint answered 200, not 404"),
    ],
)
def test_checks_every_step_of_a_room(tmp_path, endpoint, passes, said):
    done, calls = smoke(tmp_path, [message(MEETING)], endpoint=endpoint)
    assert (done.returncode == 0) == passes, done.stderr
    assert said in (done.stdout if passes else done.stderr)
    assert "secret-token" not in done.stdout + done.stderr
    assert bool(count(calls, "delete-meeting")) == ("end-room" in endpoint.get("statuses", {}))


def test_asks_for_no_room_without_a_registry(tmp_path):
    asked = []
    done, calls = smoke(tmp_path, [message(MEETING)], endpoint={"of_room": asked}, parameters={"Registry": "false"})
    assert done.returncode == 0, done.stderr
    assert "open" not in asked
    assert not any("dynamodb" in words for words in calls)


@pytest.mark.parametrize("messages", [[], [message("another")]])
def test_fails_when_no_event_arrives_and_says_where_to_look(tmp_path, messages):
    done, calls = smoke(tmp_path, messages)
    assert done.returncode == 1
    assert "principal" in done.stderr
    assert count(calls, "receive-message") < 5, "does not move other meetings' messages into the dead-letter queue"
    assert not count(calls, "delete-message")


def test_fails_with_the_endpoints_message_when_no_meeting_is_created(tmp_path):
    done, _ = smoke(tmp_path, [], endpoint={"statuses": {"create": 403}})
    assert done.returncode == 1
    assert "403" in done.stderr and "ForbiddenException" in done.stderr

"""A meeting from its creation to its end, operation by operation, by any client."""

from collections.abc import Callable

import requests
from processes import LocalGateway
from refusals import INPUTS
from shapes import differences

FEATURES = {
    "Audio": {"EchoReduction": "AVAILABLE"},
    "Video": {"MaxResolution": "FHD"},
    "Content": {"MaxResolution": "UHD"},
    "Attendee": {"MaxCount": 25},
}
LISTEN = {"Audio": "Receive", "Video": "Receive", "Content": "Receive"}
SILENT = {"Audio": "None", "Video": "SendReceive", "Content": "SendReceive"}
NOT_ASKED = {"Meeting.MeetingHostId", "Meeting.PrimaryMeetingId"}
Call = Callable[[str, dict], dict]


def live(gateway: LocalGateway, token: str, call: Call) -> None:
    """Calls every operation as the host anna, and compares each answer with the model and with what was asked for."""
    life = Life(call)
    meeting = life.create_meetings()
    joined = join(gateway, token, meeting["MeetingId"])
    assert joined["Meeting"] == meeting
    assert joined["Attendee"]["ExternalUserId"] == "anna"
    # Join is not in the model, but its attendee is.
    assert differences("CreateAttendee", {"Attendee": joined["Attendee"]}) == []
    carl = life.create_attendees(meeting, joined["Attendee"])
    life.change_capabilities(joined["Attendee"], carl)
    life.end(carl)
    # A replica ends with its primary.
    assert [state["alive"] for state in gateway.meetings()] == [False, False]
    assert life.called == set(INPUTS)


class Life:
    """The steps. Each `checked` answer has every member of the model, but for those whose paths are named."""

    def __init__(self, call: Call):
        self.call = call
        self.called = set()
        self.here = {}

    def checked(self, operation: str, values: dict, missing: set[str] = frozenset()) -> dict:
        self.called.add(operation)
        answer = self.call(operation, values)
        assert differences(operation, answer, {f"{operation}.{path}" for path in missing}) == []
        return answer

    def create_meetings(self) -> dict:
        asked = {"ExternalMeetingId": "standup", "MediaRegion": "eu-central-1", "MeetingFeatures": FEATURES}
        meeting = self.checked("CreateMeeting", {"ClientRequestToken": "life-1", **asked}, NOT_ASKED)["Meeting"]
        assert asked.items() <= meeting.items()
        assert meeting["TenantIds"] == ["acme"]
        self.here = {"MeetingId": meeting["MeetingId"]}
        assert self.checked("GetMeeting", self.here, NOT_ASKED)["Meeting"] == meeting

        attendees = [{"ExternalUserId": "anna"}, {"ExternalUserId": "bert", "Capabilities": LISTEN}]
        of_replica = {"ClientRequestToken": "life-2", "PrimaryMeetingId": meeting["MeetingId"], **asked}
        values = {**of_replica, "Attendees": attendees}
        replica = self.checked("CreateMeetingWithAttendees", values, {"Meeting.MeetingHostId"})
        assert replica["Meeting"]["PrimaryMeetingId"] == meeting["MeetingId"]
        assert names(replica["Attendees"]) == ["anna", "bert"]
        assert replica["Attendees"][1]["Capabilities"] == LISTEN
        assert replica["Errors"] == []
        return meeting

    def create_attendees(self, meeting: dict, anna: dict) -> dict:
        asked = {"ExternalUserId": "carl", "Capabilities": LISTEN}
        carl = self.checked("CreateAttendee", {**self.here, **asked})["Attendee"]
        assert asked.items() <= carl.items()
        others = [{"ExternalUserId": "dora"}, {"ExternalUserId": "emil"}]
        batch = self.checked("BatchCreateAttendee", {"MeetingId": meeting["MeetingId"], "Attendees": others})
        assert names(batch["Attendees"]) == ["dora", "emil"]
        assert batch["Errors"] == []

        first = self.call("ListAttendees", {**self.here, "MaxResults": 3})
        assert isinstance(first["NextToken"], str)
        # The JoinToken of all but the caller's own attendee, who is on the first page, is taken out.
        without = {"NextToken", "Attendees[].JoinToken"}
        second = self.checked("ListAttendees", {**self.here, "NextToken": first["NextToken"]}, without)
        listed = [*first["Attendees"], *second["Attendees"]]
        assert (len(first["Attendees"]), sorted(names(listed))) == (3, ["anna", "carl", "dora", "emil"])
        assert [attendee for attendee in listed if "JoinToken" in attendee] == [anna]
        return carl

    def change_capabilities(self, anna: dict, carl: dict) -> None:
        of_anna = {**self.here, "AttendeeId": anna["AttendeeId"]}
        of_carl = {**self.here, "AttendeeId": carl["AttendeeId"]}
        token = {"Attendee.JoinToken"}
        assert self.checked("GetAttendee", of_anna)["Attendee"] == anna
        assert self.checked("GetAttendee", of_carl, token)["Attendee"]["Capabilities"] == LISTEN
        updated = self.checked("UpdateAttendeeCapabilities", {**of_carl, "Capabilities": SILENT}, token)
        assert updated["Attendee"]["Capabilities"] == SILENT
        excluded = [{"AttendeeId": carl["AttendeeId"]}]
        values = {**self.here, "ExcludedAttendeeIds": excluded, "Capabilities": LISTEN}
        self.checked("BatchUpdateAttendeeCapabilitiesExcept", values)
        assert self.call("GetAttendee", of_anna)["Attendee"]["Capabilities"] == LISTEN
        assert self.call("GetAttendee", of_carl)["Attendee"]["Capabilities"] == SILENT

    def end(self, carl: dict) -> None:
        self.checked("DeleteAttendee", {**self.here, "AttendeeId": carl["AttendeeId"]})
        assert sorted(names(self.call("ListAttendees", self.here)["Attendees"])) == ["anna", "dora", "emil"]
        self.checked("DeleteMeeting", self.here)


def names(attendees: list[dict]) -> list[str]:
    return [attendee["ExternalUserId"] for attendee in attendees]


def join(gateway: LocalGateway, token: str, meeting: str) -> dict:
    """Joins a meeting: the gateway's own operation, which no SDK has."""
    headers = {"Authorization": f"Bearer {token}"}
    answer = requests.post(f"{gateway.url}/meetings/{meeting}/join", headers=headers, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.json()

"""Meetings through the stack's endpoint, one by its id and one by its room: created, read, joined and ended."""

import http.client
import json
import sys
import urllib.error
import urllib.request
import uuid


class Gateway:
    """The stack's endpoint, called with a user's token."""

    def __init__(self, url: str, token: str):
        self.url = url
        self.token = token

    def create_meeting(self) -> str:
        """Creates a meeting and returns its id. Exits when that fails: the rest needs a meeting."""
        status, answer = self.send("POST", "/meetings", {"ExternalMeetingId": f"smoke-test-{uuid.uuid4()}"})
        if status != 201:
            sys.exit(f"the endpoint answered {status}: {json.dumps(answer)}")
        return answer["Meeting"]["MeetingId"]

    def check_meeting(self, meeting: str) -> list[str]:
        """Gets and joins the meeting, and looks for another one that does not exist. Returns the faults."""
        faults = []
        status, answer = self.send("GET", f"/meetings/{meeting}")
        if status != 200 or answer.get("Meeting", {}).get("MeetingId") != meeting:
            faults.append(f"getting the meeting: the endpoint answered {status}: {json.dumps(answer)}")
        status, answer = self.send("POST", f"/meetings/{meeting}/join")
        if status == 403:
            print(f"note     the user may not join: {answer.get('Message')}")
        elif status != 201 or not answer.get("Attendee", {}).get("JoinToken"):
            # Not the whole answer, which may have a JoinToken.
            faults.append(f"joining the meeting: the endpoint answered {status}: {answer.get('Message')}")
        else:
            print(f"joined   {meeting} as attendee {answer['Attendee']['AttendeeId']}")
        status, answer = self.send("GET", f"/meetings/{uuid.uuid4()}")
        if status != 404:
            faults.append(f"getting a meeting that does not exist: the endpoint answered {status}, not 404")
        return faults

    def end(self, meeting: str) -> tuple[bool, list[str]]:
        """Ends the meeting. Returns whether that is done, and the faults: a user need not have the right to end."""
        status, answer = self.send("DELETE", f"/meetings/{meeting}")
        if status == 204:
            return True, []
        if status == 403:
            print(f"note     the user may not end the meeting: {answer.get('Message')}")
            return False, []
        fault = f"ending the meeting: the endpoint answered {status}: {answer.get('Message')}"
        return False, [fault]

    def check_room(self) -> tuple[str | None, list[str]]:
        """Joins a new room twice, looks at it and ends it. Returns a meeting that is left, and the faults."""
        room = f"/rooms/smoke-test-{uuid.uuid4()}"
        status, answer = self.send("POST", f"{room}/join")
        if status in (403, 404):
            print(f"note     the user may not open a room: {answer.get('Message')}")
            return None, []
        meeting = answer.get("Meeting", {}).get("MeetingId")
        if status != 201 or not meeting:
            return None, [f"joining a new room: the endpoint answered {status}: {answer.get('Message')}"]
        print(f"opened   a room with the meeting {meeting}")
        faults = []
        for what, method, path, expected in (
            ("joining the room again", "POST", f"{room}/join", 201),
            ("reading the room", "GET", room, 200),
        ):
            status, answer = self.send(method, path)
            found = answer.get("Meeting", {}).get("MeetingId")
            if (status, found) != (expected, meeting):
                # Not the whole answer, which may have a JoinToken.
                faults.append(f"{what}: the endpoint answered {status} with the meeting {found}, not {meeting}")
        status, answer = self.send("DELETE", room)
        if status == 403:
            print(f"note     the user may not end the room: {answer.get('Message')}")
            return meeting, faults
        if status != 204:
            return meeting, [*faults, f"ending the room: the endpoint answered {status}: {answer.get('Message')}"]
        status, _ = self.send("GET", room)
        if status != 404:
            faults.append(f"reading the room that has ended: the endpoint answered {status}, not 404")
        return None, faults

    def send(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        """Sends a request; returns the status and the body of the answer. Without an answer the status is 0."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        if data is not None:
            headers["Content-Type"] = "application/json"
        request = urllib.request.Request(f"{self.url}{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=35) as answer:
                return answer.status, parsed(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, parsed(error.read())
        except (OSError, http.client.HTTPException) as error:
            # The checks go on, so that the meeting is ended in any case.
            return 0, {"Message": str(error)}


def parsed(body: bytes) -> dict:
    """Parses a body. One that is not a JSON object becomes a `Message`."""
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {"Message": body.decode(errors="replace")}

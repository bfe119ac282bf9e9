"""People of several tenants who meet, one request after the other; the same seed gives the same requests."""

import json
import random
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

from meetings_gateway import MeetingsGateway
from processes import send

# Chime's default quota of meetings at the same time.
QUOTA = 250
# So many meetings are held at the same time.
MAX_OPEN = 10
# The share of steps with a request beside the meetings, such as one that is refused.
ODD_REQUESTS = 0.04


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    tenant: str
    name: str
    groups: str


def staff(tenant: str) -> tuple[list[Person], list[Person]]:
    """Returns those of a tenant who create meetings, and those who only join."""
    hosts = [Person(tenant, f"{tenant}-host-{number}", "hosts,members") for number in range(3)]
    return hosts, [Person(tenant, f"{tenant}-member-{number}", "members") for number in range(5)]


class Load:
    """Meetings from their creation to their end, several at a time."""

    def __init__(self, gateway: MeetingsGateway, seed: int):
        self.gateway = gateway
        self.random = random.Random(seed)
        self.staff = {tenant: staff(tenant) for tenant in ("acme", "globex", "initech")}
        self.tokens: dict[Person, str] = {}
        # Meetings that have not ended.
        self.existing = 0
        self.last_meeting = ""
        # The tenant of each meeting that was created.
        self.tenants: dict[str, str] = {}
        # Somebody who creates a meeting at each step and ends none.
        self.creates_in_a_loop: Person | None = None

    def hold(self, meetings: int) -> None:
        """Holds so many meetings, and returns when they have ended."""
        lives: list[Iterator[None]] = []
        while meetings or lives:
            if meetings and len(lives) < MAX_OPEN:
                lives.append(self.life())
                meetings -= 1
            life = self.random.choice(lives)
            if next(life, self) is self:
                lives.remove(life)
            if self.random.random() < ODD_REQUESTS:
                self.odd_request()
            if self.creates_in_a_loop:
                self.create(self.creates_in_a_loop)

    def life(self) -> Iterator[None]:
        """Holds one meeting; each step is one request."""
        hosts, members = self.staff[self.random.choice(list(self.staff))]
        host = self.random.choice(hosts)
        meeting = self.create(host)
        yield
        if not meeting:
            # People try once more.
            meeting = self.create(host)
            yield
        if not meeting:
            return
        path = f"/meetings/{meeting}"
        present = []
        for person in [host, *self.random.sample(hosts + members, self.random.randint(1, 3))]:
            joined = self.ask(person, "POST", f"{path}/join")
            if joined:
                attendee = joined["Attendee"]["AttendeeId"]
                self.gateway.tell(meeting, {"event_type": "chime:AttendeeJoined", "attendee_id": attendee})
                present.append(attendee)
            yield
        for request in self.random.sample(self.requests_of_a_host(path), self.random.randint(0, 2)):
            self.ask(host, *request)
            yield
        for attendee in present:
            event = self.random.choices(["chime:AttendeeLeft", "chime:AttendeeDropped"], [0.9, 0.1])[0]
            self.gateway.tell(meeting, {"event_type": event, "attendee_id": attendee})
        self.end(host, path)

    def requests_of_a_host(self, path: str) -> list[tuple]:
        """Returns what a host may ask for while a meeting goes on."""
        users = [{"ExternalUserId": f"guest-{self.random.randrange(1000)}"} for _ in range(3)]
        return [
            ("GET", path),
            ("POST", f"{path}/attendees", users[0]),
            ("POST", f"{path}/attendees?operation=batch-create", {"Attendees": users[1:]}),
            ("GET", f"{path}/attendees"),
        ]

    def create(self, host: Person) -> str:
        """Creates a meeting; returns its id, or nothing when it was refused."""
        number = self.random.randrange(1_000_000)
        body, path, operation = {"ExternalMeetingId": f"meeting-{number}"}, "/meetings", "CreateMeeting"
        if host != self.creates_in_a_loop and self.random.random() < 0.3:
            path, operation = "/meetings?operation=create-attendees", "CreateMeetingWithAttendees"
            body["Attendees"] = [{"ExternalUserId": f"guest-{number}"}]
        if self.existing >= QUOTA:
            # The simulator has no quota of its own.
            self.gateway.arm(fault="LimitExceededException", operation=operation)
        created = self.ask(host, "POST", path, body)
        if not created:
            return ""
        self.existing += 1
        meeting = created["Meeting"]["MeetingId"]
        self.tenants[meeting] = host.tenant
        return meeting

    def end(self, host: Person, path: str) -> None:
        """Ends a meeting."""
        if self.ask(host, "DELETE", path) is not None:
            self.existing -= 1
        self.last_meeting = path

    def odd_request(self) -> None:
        """Sends a request that is refused on every day."""
        tenant = self.random.choice(list(self.staff))
        hosts, members = self.staff[tenant]
        host, member = self.random.choice(hosts), self.random.choice(members)
        requests = [
            (member, "POST", "/meetings", {"ExternalMeetingId": "not-mine-to-make"}),
            (host, "POST", "/meetings", {"ExternalMeetingId": "a"}),
            (host, "POST", "/meetings", {"ExternalMeetingId": "far-away", "MediaRegion": "mars-north-1"}),
        ]
        if self.last_meeting:
            requests.append((host, "POST", f"{self.last_meeting}/join"))
        self.ask(*self.random.choice(requests))

    def ask(self, person: Person, method: str, path: str, body: dict | None = None) -> dict | None:
        """Sends a request; returns the answer, or None when it was refused."""
        if person not in self.tokens:
            self.tokens[person] = self.gateway.token(tenant=person.tenant, sub=person.name, groups=person.groups)
        headers = {"Authorization": f"Bearer {self.tokens[person]}"}
        data = None
        if body:
            headers["Content-Type"], data = "application/json", json.dumps(body).encode()
        status, answer = send(urllib.request.Request(self.gateway.url + path, data, headers, method=method))
        return json.loads(answer or b"{}") if status < 300 else None

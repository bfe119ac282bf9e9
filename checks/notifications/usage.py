"""What tenants used: as the registry's table has it, and as the record of events gives it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MINUTE = 60_000
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class DayUsage:
    """What the meetings of a tenant used that were created on one day."""

    meetings: int
    meeting_minutes: Decimal
    attendee_minutes: Decimal
    peak: int
    # How many meetings had each peak.
    peaks: tuple[tuple[int, int], ...]


# Of one meeting: its minutes, those of its attendees, and its peak.
MeetingUsage = tuple[Decimal, Decimal, int]


class Usage:
    """The usage that the table has got since this object was made. The tests of a session share the table."""

    def __init__(self, dynamodb: Any, table: str):
        self.dynamodb, self.table = dynamodb, table
        self.before = self.read()

    def read(self) -> dict[str, DayUsage]:
        """Returns each tenant's usage of all days, as it stands in the table."""
        items = self.dynamodb.get_paginator("scan").paginate(TableName=self.table, ConsistentRead=True)
        days: dict[str, list[dict]] = defaultdict(list)
        for item in (item for page in items for item in page["Items"]):
            kind, _, tenant = item["pk"]["S"].partition("#")
            if kind == "usage":
                days[tenant].append(item)
        return {tenant: sum_of_days(items) for tenant, items in days.items()}

    def grown(self) -> dict[str, DayUsage]:
        """Returns what was added since this object was made, of the tenants that used anything."""
        grown = {tenant: difference(day, self.before.get(tenant)) for tenant, day in self.read().items()}
        return {tenant: day for tenant, day in grown.items() if day.meetings}


def sum_of_days(items: list[dict]) -> DayUsage:
    """Adds up items of usage. A test can run at midnight."""
    peaks: dict[int, int] = defaultdict(int)
    for item in items:
        datetime.strptime(item["sk"]["S"], "%Y-%m-%d").replace(tzinfo=UTC)
        of_day = {int(peak): int(meetings["N"]) for peak, meetings in item.get("peaks", {"M": {}})["M"].items()}
        assert int(item.get("peak", {"N": "0"})["N"]) == max(of_day, default=0), item
        for peak, meetings in of_day.items():
            peaks[peak] += meetings

    def total(name: str) -> Decimal:
        return sum((Decimal(item[name]["N"]) for item in items), Decimal(0))

    return day_usage(int(total("meetings")), total("meeting_minutes"), total("attendee_minutes"), peaks)


def difference(day: DayUsage, before: DayUsage | None) -> DayUsage:
    """Returns what a day has more than it had before."""
    if before is None:
        return day
    peaks = dict(day.peaks)
    for peak, meetings in before.peaks:
        peaks[peak] = peaks.get(peak, 0) - meetings
    return day_usage(
        day.meetings - before.meetings,
        day.meeting_minutes - before.meeting_minutes,
        day.attendee_minutes - before.attendee_minutes,
        peaks,
    )


def day_usage(meetings: int, meeting_minutes: Decimal, attendee_minutes: Decimal, peaks: dict[int, int]) -> DayUsage:
    """Makes the usage of a day of sums and peaks."""
    peaks = {peak: meetings for peak, meetings in peaks.items() if meetings}
    return DayUsage(meetings, meeting_minutes, attendee_minutes, max(peaks, default=0), tuple(sorted(peaks.items())))


def usage_of_events(events: Iterable[dict], tenants: dict[str, str]) -> dict[str, DayUsage]:
    """Returns what the record of events gives each tenant. `tenants` has the tenant of each meeting."""
    meetings: dict[str, list[dict]] = defaultdict(list)
    for event in events:
        if event["event_type"] in CHANGES and not is_machine(event):
            meetings[event["meeting_id"]].append(event)
    of_tenants: dict[str, list[MeetingUsage]] = defaultdict(list)
    for meeting, of_meeting in meetings.items():
        if meeting in tenants:
            of_tenants[tenants[meeting]].append(meeting_usage(of_meeting))
    return {tenant: sum_of_meetings(usages) for tenant, usages in of_tenants.items()}


def sum_of_meetings(usages: list[MeetingUsage]) -> DayUsage:
    """Adds up what meetings used."""
    peaks: dict[int, int] = defaultdict(int)
    for _, _, peak in usages:
        if peak:
            peaks[peak] += 1
    meeting_minutes, attendee_minutes = (sum((usage[which] for usage in usages), Decimal(0)) for which in (0, 1))
    return day_usage(len(usages), meeting_minutes, attendee_minutes, peaks)


# What an event changes in the number of those who are there; None for the meeting's own.
CHANGES = {
    "chime:MeetingStarted": None,
    "chime:MeetingEnded": None,
    "chime:AttendeeJoined": 1,
    "chime:AttendeeLeft": -1,
    "chime:AttendeeDropped": -1,
}


def is_machine(event: dict) -> bool:
    """Whether the event is of a recorder or the like."""
    return '"externalUserId":"aws:' in event["body"].replace('": "', '":"')


def meeting_usage(events: list[dict]) -> MeetingUsage:
    """Computes what one meeting used, by looking at each stretch of time between two events."""
    times = sorted({event["timestamp"] for event in events})
    ends = [event["timestamp"] for event in events if event["event_type"] == "chime:MeetingEnded"]
    starts = [
        event["timestamp"]
        for event in events
        if event["event_type"] in ("chime:MeetingStarted", "chime:AttendeeJoined")
    ]
    start, end = min(starts or times), max(ends or times)
    # For each time, whom an event of one kind alone names: then that is where the person is from now on.
    present: set[str] = set()
    attendee_milliseconds = peak = 0
    for time, following in zip(times, [*times[1:], times[-1]], strict=True):
        changes: dict[str, set[int]] = defaultdict(set)
        for event in events:
            if event["timestamp"] == time and (change := CHANGES[event["event_type"]]):
                changes[event["attendee_id"]].add(change)
        present |= {attendee for attendee, change in changes.items() if change == {1}}
        present -= {attendee for attendee, change in changes.items() if change == {-1}}
        stretch = min(following, end) - time
        if stretch > 0:
            attendee_milliseconds += stretch * len(present)
            peak = max(peak, len(present))
    return minutes(end - start), minutes(attendee_milliseconds), peak


def minutes(milliseconds: int) -> Decimal:
    """Rounds a time to a thousandth of a minute."""
    return (Decimal(max(milliseconds, 0)) / MINUTE).quantize(THOUSANDTH, ROUND_HALF_UP)

"""Whether the events that were sent, those that the function logged and those on the bus are the same ones."""

from collections import Counter
from dataclasses import dataclass

# meetingId, eventType, attendeeId, timestamp.
Key = tuple[str, str, str | None, int]
# A message's id and its event.
Posting = tuple[str, Key]


@dataclass
class Books:
    """The events in each place. The log and the bus may have one more than once: a queue and a lost answer repeat."""

    sent: list[Posting]
    logged: list[Posting]
    on_bus: list[Posting]
    failures: int
    dead: list[dict]

    @classmethod
    def of(cls, recorded: list[dict], lines: list[dict], entries: list[dict], dead: list[dict]) -> "Books":
        """Reads the simulator's record, the function's log, the bus and the dead-letter queue."""
        handled = [line for line in lines if line["message"] == "event handled"]
        details = [entry["detail"] for entry in entries]
        return cls(
            sent=[(event["message_id"], key_of_record(event)) for event in recorded],
            logged=[(line["message_id"], key_of_line(line)) for line in handled],
            on_bus=[(detail["meetingGateway"]["messageId"], key_of_detail(detail)) for detail in details],
            failures=len(lines) - len(handled),
            dead=dead,
        )

    def summary(self) -> str:
        """Says how many there are."""
        logged, on_bus = len(set(self.logged)), len(set(self.on_bus))
        return (
            f"{len(self.sent)} events sent, {logged} logged as handled, {self.failures} failures, {on_bus} on the bus\n"
            f"more than once: {len(self.logged) - logged} in the log, {len(self.on_bus) - on_bus} on the bus"
        )

    def faults(self) -> list[str]:
        """Returns what does not balance."""
        faults = []
        if not self.sent:
            faults.append("nothing was sent")
        if len({message for message, _ in self.sent}) != len(self.sent):
            faults.append("two events have one message id")
        if self.dead:
            faults.append(f"{len(self.dead)} dead letters, the first: {self.dead[0]['Body']}")
        for place, postings in (("the log", self.logged), ("the bus", self.on_bus)):
            lost, invented = set(self.sent) - set(postings), set(postings) - set(self.sent)
            if lost:
                faults.append(f"{place} lacks {len(lost)}, such as {min(lost, key=str)}")
            if invented:
                faults.append(f"{place} has {len(invented)} that nobody sent, such as {min(invented, key=str)}")
            # Once more without the ids of messages.
            if Counter(key for _, key in self.sent) != Counter(key for _, key in set(postings)):
                faults.append(f"{place} has not the events that were sent")
        return faults


def key_of_record(event: dict) -> Key:
    """The event, as the simulator recorded it."""
    return event["meeting_id"], event["event_type"], event["attendee_id"], event["timestamp"]


def key_of_line(line: dict) -> Key:
    """The event, as the function logged it."""
    return line["meeting_id"], line["event_type"], line.get("attendee_id"), line["event_time_ms"]


def key_of_detail(detail: dict) -> Key:
    """The event, as it stands on the bus."""
    return detail["meetingId"], detail["eventType"], detail.get("attendeeId"), detail["timestamp"]

"""The local gateway, whose simulator sends the events of meetings to a queue."""

import time

from processes import LocalGateway


class MeetingsGateway(LocalGateway):
    """The local gateway, and the simulator's record of events."""

    def sent_events(self, seconds: float = 20) -> list[dict]:
        """Returns the record of events once SQS has them all."""
        deadline = time.monotonic() + seconds
        while True:
            events = self.simulator_get("/simulator/events")
            deliveries = {event["delivery"] for event in events}
            assert "failed" not in deliveries, events
            if "waiting" not in deliveries:
                return events
            assert time.monotonic() < deadline, events
            time.sleep(0.02)

    def tell(self, meeting_id: str, *events: dict) -> None:
        """Makes the simulator send events of a meeting, in this order."""
        self.simulator_post("/simulator/events", {"meeting_id": meeting_id, "events": list(events)})

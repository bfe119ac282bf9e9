"""What the gateway refuses, as refusals.json lists it, and the errors that botocore's model has for each operation."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import botocore.session
from processes import LocalGateway

FOLDER = Path(__file__).parent
INPUTS = json.loads((FOLDER / "operations.json").read_text())
TABLE = json.loads((FOLDER / "refusals.json").read_text())
PEOPLE = TABLE["people"]
MODEL = botocore.session.get_session().get_service_model("chime-sdk-meetings")
ERRORS = {name: {shape.name for shape in MODEL.operation_model(name).error_shapes} for name in INPUTS}
NEVER = {(row["operation"], row["exception"]): row for row in TABLE["never"]}


@dataclass(frozen=True)
class Refusal:
    """One way to be refused, and what the client then has to see."""

    name: str
    exception: str
    status: int
    person: str | None = "anna"
    fault: dict | None = None
    retry_after: int | None = None
    slow: bool = False

    def operations(self) -> list[str]:
        """Returns the operations whose model lists the exception, but for those that never answer with it."""
        return [name for name in INPUTS if self.exception in ERRORS[name] and (name, self.exception) not in NEVER]

    def waits(self) -> dict[str, str]:
        """Returns the headers that say when to try again."""
        if self.retry_after is None:
            return {}
        return {"retry-after": str(self.retry_after), "x-amz-retry-after": str(self.retry_after * 1000)}

    def prepare(self, gateway: LocalGateway) -> dict[str, dict]:
        """Makes a meeting, then arms the fault; returns the input of each operation.

        The gateway made the meeting, so it knows whose it is and asks Chime only for the operation itself.
        """
        inputs = inputs_of_a_new_meeting(gateway)
        for operation in self.operations() if self.fault else []:
            gateway.arm(**self.fault, operation=operation, rate=1)
        return {operation: inputs[operation] for operation in self.operations()}


REFUSALS = [Refusal(**row) for row in TABLE["refusals"]]


def inputs_of_a_new_meeting(gateway: LocalGateway) -> dict[str, dict]:
    """Makes a meeting with anna in it; returns the input of each operation on them."""
    token = gateway.token(**PEOPLE["anna"])
    meeting = gateway.post("/meetings", token, {"ExternalMeetingId": "standup"})["Meeting"]["MeetingId"]
    attendee = gateway.post(f"/meetings/{meeting}/join", token)["Attendee"]["AttendeeId"]
    text = json.dumps(INPUTS).replace("${MeetingId}", meeting).replace("${AttendeeId}", attendee)
    assert not re.search(r"\$\{", text)
    return json.loads(text)


def token_of(gateway: LocalGateway, person: str | None) -> str:
    """Returns a person's token; nobody's is no token at all."""
    return gateway.token(**PEOPLE[person]) if person else "no-token"

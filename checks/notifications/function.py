"""The built `notifications` under Lambda's emulator, and the lines that it logs."""

import json
import os
from pathlib import Path

import jsonschema
from emulator import Emulator
from processes import REPOSITORY

# The artefact of `sam build`; the variable names another build.
BINARY = Path(
    os.environ.get("NOTIFICATIONS_BINARY", REPOSITORY / ".aws-sam" / "build" / "NotificationsFunction" / "bootstrap")
)
SERVICE = "loop"
EMF = jsonschema.Draft7Validator(json.loads((REPOSITORY / "tests" / "emf.schema.json").read_text()))


class Notifications(Emulator):
    """The function in an environment as the template gives it one, with or without a bus and a registry."""

    def __init__(self, bus: str = "", endpoint: str = "", table: str = "", table_endpoint: str = "", **variables: str):
        settings = {
            "GATEWAY_NAME": SERVICE,
            "EVENT_BUS_NAME": bus,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": endpoint,
            "REGISTRY_TABLE": table,
            "AWS_ENDPOINT_URL_DYNAMODB": table_endpoint,
            # The lowest level that the template offers, so that secrets are looked for in everything that it can log.
            "AWS_LAMBDA_LOG_LEVEL": "TRACE",
        }
        super().__init__(BINARY, settings | variables, "NotificationsFunction")
        self.read = 0

    def new_output(self) -> str:
        """Returns what was printed since the last call."""
        text = self.output()
        new, self.read = text[self.read :], len(text)
        return new

    def new_lines(self) -> list[dict]:
        """Returns the lines about events since the last call."""
        return event_lines(self.new_output())


def event_lines(output: str, validated: bool = True) -> list[dict]:
    """Returns the lines about events in a log; each of them is valid EMF."""
    lines = []
    for text in output.splitlines():
        # The emulator prints lines of its own.
        if not text.startswith("{"):
            continue
        line = json.loads(text)
        if line.get("message") in ("event handled", "event failed"):
            if validated:
                EMF.validate(line)
            lines.append(line)
    return lines


def metrics(line: dict) -> dict[str, float]:
    """Returns the metrics that CloudWatch makes of a line, by name. Each is of the service alone."""
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        assert directive["Namespace"] == "MeetingGateway"
        for metric in directive["Metrics"]:
            assert directive["Dimensions"] == [["service"]]
            found[metric["Name"]] = line[metric["Name"]]
    return found

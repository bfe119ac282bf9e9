"""The metrics that the functions write in their log lines, as `local metrics` lists them."""

import json
import subprocess
from dataclasses import dataclass
from functools import cache

from processes import LOCAL

NAMESPACE = "MeetingGateway"
# The values of the dimension `outcome`.
OUTCOMES = {"created", "ok", "throttled", "refused", "failed"}
# The value of the dimension `operation` for a request that matches none.
NO_OPERATION = "none"

FUNCTIONS = {"gateway", "notifications"}
BY_SERVICE = [["service"]]
BY_OPERATION = [["service"], ["service", "operation"]]
BY_OUTCOME = [["service"], ["service", "operation"], ["service", "operation", "outcome"]]

# The same list, for a `local` that has no subcommand `metrics`.
LISTED = [
    {"name": "Requests", "unit": "Count", "dimensions": BY_OUTCOME, "function": "gateway"},
    {"name": "duration_ms", "unit": "Milliseconds", "dimensions": BY_OPERATION, "function": "gateway"},
    {"name": "chime_ms", "unit": "Milliseconds", "dimensions": BY_OPERATION, "function": "gateway"},
    *(
        {"name": name, "unit": "Count", "dimensions": BY_SERVICE, "function": "gateway"}
        for name in (
            "ColdStarts",
            "QuotaFull",
            "DifferentMeeting",
            "ChimeRejected",
            "ChimeAccessDenied",
            "InternalError",
        )
    ),
    *(
        {"name": name, "unit": "Count", "dimensions": BY_SERVICE, "function": "notifications"}
        for name in (
            "Events",
            "MeetingsStarted",
            "MeetingsEnded",
            "AttendeesAdded",
            "AttendeesJoined",
            "AttendeesLeft",
            "AttendeesDropped",
            "EventsFailed",
        )
    ),
]


@dataclass(frozen=True)
class Metric:
    """A metric of the namespace, and the sets of dimensions with which it is written."""

    name: str
    unit: str
    dimensions: tuple[tuple[str, ...], ...]
    function: str


def parsed(listing: list[dict]) -> dict[str, Metric]:
    """Reads a listing; returns the metrics by name."""
    metrics = {}
    for entry in listing:
        if entry.keys() != {"name", "unit", "dimensions", "function"} or entry["function"] not in FUNCTIONS:
            raise ValueError(f"unknown entry of `metrics`: {entry}")
        if entry["name"] in metrics:
            raise ValueError(f"`metrics` lists {entry['name']} twice")
        dimensions = tuple(tuple(names) for names in entry["dimensions"])
        metrics[entry["name"]] = Metric(entry["name"], entry["unit"], dimensions, entry["function"])
    return metrics


@cache
def emitted_metrics() -> dict[str, Metric]:
    """Returns every metric that the functions write, by name."""
    listed = subprocess.run([LOCAL, "metrics"], capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return parsed(json.loads(listed.stdout))
    if "unrecognized subcommand" in listed.stderr:
        return parsed(LISTED)
    raise ValueError(f"`metrics` failed: {listed.stderr}")

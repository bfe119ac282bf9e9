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
    listed = subprocess.run([LOCAL, "metrics"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return parsed(json.loads(listed))

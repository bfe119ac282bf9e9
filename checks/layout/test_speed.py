"""README's figures of speed against the runs in benches/runs.json: it may claim only what holds in each of them."""

import json
import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# What README says, in its words, and the ratios that its figures are of.
CLAIMS = {
    r"first request takes more than (\d+) times less CPU than the same call in Node\.js": ["cold_cpu_node"],
    r"and more than (\d+) times less than in Python": ["cold_cpu_python"],
    r"a warm request more than (\d+) and (\d+) times less": ["warm_cpu_node", "warm_cpu_python"],
}


def claims(section: str) -> list[tuple[str, float]]:
    """Returns each ratio's key and what the section says that it is above."""
    found = []
    for pattern, keys in CLAIMS.items():
        match = re.search(pattern, section)
        assert match, f"README has no such sentence any more: {pattern}"
        found += zip(keys, map(float, match.groups()), strict=True)
    return found


def untrue(section: str, runs: list[dict]) -> list[str]:
    """Returns what the section claims and some run does not show."""
    return [
        f"{key}: more than {claim:g}, but {run['ratios'][key]} in {run['build']}"
        for key, claim in claims(section)
        for run in runs
        if run["ratios"].get(key, float("inf")) <= claim
    ]


def speed_section() -> str:
    _, _, rest = (REPOSITORY / "README.md").read_text().partition("## How fast")
    return " ".join(rest.partition("\n## ")[0].split())


def kept_runs() -> list[dict]:
    return json.loads((REPOSITORY / "benches" / "runs.json").read_text())


def test_readme_claims_only_what_every_run_shows() -> None:
    assert untrue(speed_section(), kept_runs()) == []


def test_readme_has_no_figure_of_speed_that_is_not_compared() -> None:
    figures = re.findall(r"\d+(?:\.\d+)?", re.sub(r"\(.*?\)", "", speed_section()))
    assert [float(figure) for figure in figures] == [claim for _, claim in claims(speed_section())]


def test_each_ratio_that_readme_claims_was_measured() -> None:
    measured = {key for run in kept_runs() for key in run["ratios"]}
    assert {key for key, _ in claims(speed_section())} <= measured


def test_a_run_below_a_claim_is_seen() -> None:
    run = {"build": "another", "ratios": {"cold_cpu_node": 29.9}}
    assert untrue(speed_section(), [run]) == ["cold_cpu_node: more than 30, but 29.9 in another"]

"""The recipes of docs/clients.md for Python and the AWS CLI do what they say."""

import subprocess
import sys
from pathlib import Path

import aws_cli
from processes import LocalGateway
from recipes import code_of, write_files
from refusals import PEOPLE


def run(gateway: LocalGateway, folder: Path, *command: str) -> str:
    """Runs a recipe with the address and a token in its environment; returns what it prints."""
    variables = aws_cli.environment(gateway, gateway.token(**PEOPLE["anna"]), folder)
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def assert_one_meeting_that_anna_joined(gateway: LocalGateway) -> None:
    (state,) = gateway.meetings()
    assert (state["Meeting"]["ExternalMeetingId"], state["alive"]) == ("standup", True)
    assert [present["Attendee"]["ExternalUserId"] for present in state["attendees"]] == ["anna"]


def test_the_recipe_for_rooms_opens_a_room_and_finds_its_meeting(gateway, tmp_path):
    printed = run(gateway, tmp_path, sys.executable, "-c", code_of("rooms", "python"))
    assert printed == "anna\nTrue\n"
    assert_one_meeting_that_anna_joined(gateway)


def test_the_recipe_for_boto3_creates_and_joins_a_meeting(gateway, tmp_path):
    printed = run(gateway, tmp_path, sys.executable, "-c", code_of("boto3", "python"))
    assert printed == "anna\nthere is no such meeting or attendee\n"
    assert_one_meeting_that_anna_joined(gateway)


def test_the_recipe_for_the_aws_cli_creates_and_joins_a_meeting(gateway, tmp_path):
    write_files("aws-cli", tmp_path)
    printed = run(gateway, tmp_path, "sh", "-e", "-c", code_of("aws-cli", "sh"))
    assert printed.endswith("}anna\n")
    assert_one_meeting_that_anna_joined(gateway)

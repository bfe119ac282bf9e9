"""How `checks/run` runs its steps."""

import importlib.machinery
import importlib.util
import os
import time
from pathlib import Path

import pytest
from commands import StepFailedError, StepNotRunError
from schedule import AT_ONCE, Step, run_steps, startable


def table() -> list[Step]:
    """The steps of checks/run."""
    loader = importlib.machinery.SourceFileLoader("checks_run", str(Path(__file__).parents[1] / "run"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("checks_run", loader))
    loader.exec_module(module)
    return module.STEPS


def step(name: str, *after: str, run=lambda: None, deep: bool = False) -> Step:
    return Step(name, "for a test", run, after, deep)


def names(steps: list[Step]) -> str:
    return " ".join(each.name for each in steps)


def test_each_step_needs_steps_that_stand_before_it():
    known = set()
    for each in table():
        assert known.issuperset(each.after), each.name
        assert each.name not in known
        known.add(each.name)


@pytest.mark.parametrize(
    ("waiting", "running", "expected"),
    [
        ([step("a"), step("b"), step("c"), step("d")], [], "a b c"),
        ([step("b"), step("c"), step("d")], [step("a")], "b c"),
        # What is needed waits or runs; what is not run at all is not waited for.
        ([step("a"), step("b", "a"), step("c")], [], "a c"),
        ([step("b", "a"), step("c", "absent")], [step("a")], "c"),
        # The deep tier: alone.
        ([step("a"), step("b", deep=True), step("c")], [], "a"),
        ([step("b", deep=True), step("c")], [], "b"),
        ([step("c")], [step("b", deep=True)], ""),
    ],
)
def test_a_step_starts_as_soon_as_it_may(waiting, running, expected):
    assert AT_ONCE == 3
    assert names(startable(waiting, running)) == expected


def test_results_say_how_each_step_ended(capfd):
    def fail():
        os.system("echo what the program wrote")
        raise StepFailedError("the program")

    def leave():
        raise StepNotRunError("nothing to run it")

    def mistake():
        return int("no number")

    steps = [step("fails", run=fail), step("left", run=leave), step("mistaken", run=mistake), step("passes")]
    results = run_steps(steps)
    assert [(each.step.name, each.outcome, each.why) for each in results] == [
        ("fails", "FAILED", "the program"),
        ("left", "not run", "nothing to run it"),
        ("mistaken", "FAILED", """ValueError("invalid literal for int() with base 10: 'no number'")"""),
        ("passes", "passed", ""),
    ]
    output = capfd.readouterr().out
    assert "==== fails: for a test\nwhat the program wrote\nFAILED: the program\n" in output
    assert "==== passes: for a test\n(no output)\n" in output
    assert "Traceback" in output


def test_a_step_that_is_killed_has_failed(capfd):
    results = run_steps([step("killed", run=lambda: os.kill(os.getpid(), 9))])
    assert [each.outcome for each in results] == ["FAILED"]
    assert "==== killed" in capfd.readouterr().out


def test_steps_run_at_the_same_time(capfd):
    """Each waits for the other to begin."""
    reader, writer = os.pipe()

    def begin_and_wait():
        os.write(writer, b".")
        end = time.monotonic() + 10
        while time.monotonic() < end:
            if len(os.read(reader, 2)) == 2:
                os.write(writer, b"..")
                return
            os.write(writer, b".")
            time.sleep(0.01)
        raise StepFailedError("alone")

    results = run_steps([step("a", run=begin_and_wait), step("b", run=begin_and_wait)])
    assert {each.outcome for each in results} == {"passed"}
    assert "a begins" in capfd.readouterr().out

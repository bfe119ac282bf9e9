"""How `checks/run` runs its steps."""

import importlib.machinery
import importlib.util
import os
import signal
import subprocess
import sys
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
    assert [(each.outcome, each.why) for each in results] == [("FAILED", "killed by signal 9")]
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


INTERRUPTED = """
import signal, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from schedule import Step, run_steps

def sleep():
    child = subprocess.Popen(["sleep", "41"])
    Path(sys.argv[1]).write_text(str(child.pid))
    child.wait()

def run():
    print("as far as it came", flush=True)
    with ThreadPoolExecutor() as pool:
        pool.submit(sleep)

signal.signal(signal.SIGTERM, signal.default_int_handler)
run_steps([Step("sleeps", "for a test", run)])
"""


def test_an_interruption_ends_all_that_a_step_has_started(tmp_path):
    file = tmp_path / "pid"
    command = [sys.executable, "-c", INTERRUPTED, str(file)]
    program = subprocess.Popen(command, cwd=Path(__file__).parents[1], stdout=subprocess.PIPE, text=True)
    assert within_seconds(10, lambda: file.is_file() and file.read_text())
    program.send_signal(signal.SIGTERM)
    assert "==== sleeps: has not ended\nas far as it came" in program.communicate(timeout=10)[0]
    pid = int(file.read_text())
    assert within_seconds(10, lambda: has_ended(pid))


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    # One that nobody has waited for.
    stat = Path(f"/proc/{pid}/stat")
    return stat.is_file() and ") Z " in stat.read_text()


def within_seconds(seconds: float, happens) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if happens():
            return True
        time.sleep(0.05)
    return False

"""Runs steps at the same time, each in a process of its own, as soon as what it needs has ended."""

import os
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from commands import NOT_RUN, StepFailedError, StepNotRunError

# Two keep two processors busy; while one of them waits, a third computes.
AT_ONCE = 3

OUTCOMES = {0: "passed", NOT_RUN: "not run"}


@dataclass
class Step:
    """One thing that is checked."""

    name: str
    purpose: str
    run: Callable[[], None]
    # The steps that must have ended before, where they are run as well.
    after: tuple[str, ...] = ()
    # In the deep tier, and not beside any other step.
    deep: bool = False


@dataclass
class Result:
    """How a step ended, the seconds that it took, and the seconds of processor time of all its programs."""

    step: Step
    outcome: str
    why: str
    seconds: float
    computed: float

    def __str__(self) -> str:
        return f"{self.step.name:15} {self.outcome:7} {self.seconds:7.1f} s {self.computed:7.1f} s  {self.why}"


@dataclass
class Running:
    """A step under way, and the file with what it has written until now."""

    step: Step
    file: Path
    start: float = field(default_factory=time.monotonic)

    def ended(self, status: int, computed: float) -> Result:
        outcome = OUTCOMES.get(status, "FAILED")
        if status < 0:
            why = f"killed by signal {-status}"
        else:
            why = self.output().splitlines()[-1].partition(": ")[2] if status else ""
        return Result(self.step, outcome, why, time.monotonic() - self.start, computed)

    def output(self) -> str:
        return self.file.read_text(errors="replace").rstrip() or "(no output)"


def run_steps(chosen: list[Step]) -> list[Result]:
    """Runs the steps; prints what each wrote when it has ended, and returns the results in the order of the steps."""
    waiting, running, results = list(chosen), {}, {}
    with tempfile.TemporaryDirectory() as folder:
        try:
            while waiting or running:
                for step in startable(waiting, [each.step for each in running.values()]):
                    waiting.remove(step)
                    print(f"---- {step.name} begins", flush=True)
                    file = Path(folder) / step.name
                    running[start(step, file)] = Running(step, file)
                pid, status, usage = os.wait3(0)
                ended = running.pop(pid, None)
                if ended is None:
                    # No step: the first process of a container gets the children of others.
                    continue
                result = ended.ended(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime)
                results[result.step.name] = result
                print(f"\n==== {result.step.name}: {result.step.purpose}\n{ended.output()}\n\n{result}", flush=True)
        finally:
            # Only after an interruption. All of them first, since printing may fail.
            for pid in running:
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGTERM)
            for pid, unfinished in running.items():
                with suppress(ChildProcessError):
                    os.waitpid(pid, 0)
                print(f"\n==== {unfinished.step.name}: has not ended\n{unfinished.output()}", flush=True)
    return [results[step.name] for step in chosen]


def startable(waiting: list[Step], running: list[Step]) -> list[Step]:
    """Returns those of the steps that may start now, the first first."""
    chosen: list[Step] = []
    unfinished = {step.name for step in waiting + running}
    for step in waiting:
        beside = running + chosen
        if any(other.deep for other in beside) or (step.deep and beside) or len(beside) == AT_ONCE:
            break
        if unfinished.isdisjoint(step.after):
            chosen.append(step)
    return chosen


def start(step: Step, file: Path) -> int:
    """Starts a step that writes to a file; returns the number of its process."""
    file.touch()
    sys.stdout.flush()
    if pid := os.fork():
        # Both do it, since either may come first.
        with suppress(OSError):
            os.setpgid(pid, pid)
        return pid
    status = 1
    try:
        # With all that it starts it can be ended at once.
        os.setpgid(0, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with file.open("wb") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        sys.stdout = sys.stderr = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115 (until the process ends)
        status = outcome_of(step)
    finally:
        try:
            sys.stdout.flush()
        finally:
            # Without unwinding what it shares with the process that waits.
            os._exit(status)


def outcome_of(step: Step) -> int:
    """Runs a step in this process; returns its exit status, after a line that says why where it is not 0."""
    try:
        step.run()
    except StepNotRunError as reason:
        print(f"not run: {reason}", flush=True)
        return NOT_RUN
    except (StepFailedError, OSError) as error:
        print(f"FAILED: {error}", flush=True)
        return 1
    except Exception as error:  # noqa: BLE001 - a mistake in the step itself, which would end here unseen
        traceback.print_exc()
        print(f"FAILED: {error!r}", flush=True)
        return 1
    return 0

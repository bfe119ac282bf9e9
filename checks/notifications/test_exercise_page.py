"""What the step `exercises` notices: a page that says something else than the logs."""

import json

import pytest
from exercise_page import Night, differences, section_of

REQUEST = {
    "message": "request failed",
    "operation": "CreateMeeting",
    "status": 429,
    "code": "LimitExceededException",
    "outcome": "throttled",
    "QuotaFull": 1,
    "_aws": {"Timestamp": 1_795_660_000_000},
}
NIGHT = Night([json.dumps(REQUEST, separators=(",", ":"))], [], 0)
EXERCISE = """
Query `Answers by operation`:

| operation | code | requests |
|---|---|---|
| CreateMeeting | `LimitExceededException` | 1 |

```json
{…,"operation":"CreateMeeting",…,"QuotaFull":1,…}
```

**Alarms**: [QuotaFullAlarm](#quotafullalarm).

"""


def test_a_page_that_is_right_has_no_differences():
    assert differences(EXERCISE, NIGHT) == []


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("| 1 |", "| 2 |", "query `Answers by operation` finds"),
        ("| 1 |\n", "| 1 |\n| Join |  | 1 |\n", "query `Answers by operation` finds"),
        ('"QuotaFull":1', '"QuotaFull":2', "no line of the logs is"),
        ("[QuotaFullAlarm]", "[ChimeRejectedAlarm]", "the alarms are ['QuotaFullAlarm']"),
        ("```json", "```text", "the exercise shows no table or no line"),
        ("Query `Answers by operation`:", "Some query:", "the exercise shows no table or no line"),
    ],
    ids=["another number", "another row", "another line", "another alarm", "no line", "no table"],
)
def test_finds_what_is_not_so(old, new, found):
    assert EXERCISE.count(old) == 1
    (message,) = differences(EXERCISE.replace(old, new), NIGHT)
    assert message.startswith(found)


def test_alarms_are_those_whose_threshold_is_reached_in_one_period():
    failures = [
        {"outcome": "failed", "status": 502, "_aws": {"Timestamp": minute * 60_000}} for minute in (0, 1, 2, 3, 9, 9)
    ]
    (message,) = differences(EXERCISE, Night([*NIGHT.gateway, *map(json.dumps, failures[:-1])], [], 0))
    assert message.startswith("query")
    night = Night([*NIGHT.gateway, *map(json.dumps, [*failures, *failures])], [], 1)
    *_, message = differences(EXERCISE, night)
    assert message.startswith("the alarms are ['ApiServerErrorsAlarm', 'DeadLetterQueueAlarm', 'QuotaFullAlarm']")


def test_an_exercise_is_the_text_below_its_heading():
    page = "\n## Exercises\n\n### One\n\nfirst\n\n### Two\n\nsecond\n\n## Next\n"
    assert section_of("One", page) == "\nfirst\n\n"
    assert section_of("Two", page) == "\nsecond\n\n"
    with pytest.raises(ValueError, match="no exercise Three"):
        section_of("Three", page)

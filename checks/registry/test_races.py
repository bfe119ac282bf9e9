"""A few rounds of gateway processes on each stand-in; `checks/run registry-rounds` plays a thousand."""

import pytest
from rounds import play

ROUNDS = {"player": 25, "moto": 5, "ministack": 10}


@pytest.mark.parametrize("name", ROUNDS)
def test_processes_share_a_room_and_stay_within_limits(name):
    play(name, ROUNDS[name])

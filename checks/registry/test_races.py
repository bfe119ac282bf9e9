"""A few rounds of gateway processes on each stand-in; `checks/run registry-rounds` plays a thousand."""

import pytest
from rounds import attack, play

ROUNDS = {"player": 10, "moto": 3, "ministack": 5}


@pytest.mark.parametrize("name", ROUNDS)
def test_processes_share_a_room_and_stay_within_limits(name):
    play(name, ROUNDS[name])


def test_a_member_of_one_tenant_takes_nothing_from_the_others():
    attack("player")

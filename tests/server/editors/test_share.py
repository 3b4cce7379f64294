"""The share of a run that is done: it agrees with the time left."""

import pytest

from server.editors.share import Share


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_it_is_the_time_gone_of_all_the_time(clock):
    share = Share(clock)
    assert share.fraction is None
    clock.now += 3
    share.heard(9.0)
    assert share.fraction == 0.25
    clock.now += 9
    share.heard(0.0)
    assert share.fraction == 1.0


def test_it_never_goes_back(clock):
    share = Share(clock)
    clock.now += 5
    share.heard(5.0)
    share.heard(20.0)
    share.heard(None)
    assert share.fraction == 0.5


def test_it_is_not_known_before_the_server_knows(clock):
    share = Share(clock)
    clock.now += 5
    share.heard(None)
    assert share.fraction is None


def test_a_run_that_begins_anew_begins_at_nothing(clock):
    share = Share(clock)
    clock.now += 8
    share.heard(2.0)
    share.begin()
    assert share.fraction is None
    share.heard(0.0)
    assert share.fraction == 0.0

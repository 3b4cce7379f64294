"""The seconds left, with a clock that the test turns."""

from server.pace import Pace
from server.worker.timing import Countdown


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def countdown(pace, clock, megapixels=2.0, subject=None):
    return Countdown(pace, "compact", megapixels, ["detection", "quality"], clock, subject)


def run(pace, clock, stages, **more):
    counting = countdown(pace, clock, **more)
    for stage, seconds in stages:
        counting.left(stage, 0.0)
        clock.now += seconds
        counting.left(stage, 1.0)


def test_unknown_until_every_stage_has_run_once():
    clock, pace = Clock(), Pace()
    first = countdown(pace, clock)
    assert first.left("detection", 0.0) is None
    clock.now = 1.0
    assert first.left("detection", 0.5) is None  # quality never ran
    clock.now = 2.0
    assert first.left("detection", 1.0) is None
    assert first.left("quality", 0.0) is None
    clock.now = 5.0
    assert first.left("quality", 0.75) == 1.0  # three quarters took 3 s
    clock.now = 6.0
    assert first.left("quality", 1.0) == 0.0


def test_the_second_job_knows_what_the_first_took_by_megapixel():
    clock, pace = Clock(), Pace()
    run(pace, clock, (("detection", 2.0), ("quality", 4.0)))
    second = countdown(pace, clock, megapixels=1.0)
    assert second.left("models", 0.0) is None  # loading has no pace of its own
    assert second.left("detection", 0.0) == 1.0 + 2.0
    clock.now += 0.5
    assert second.left("detection", 0.05) == 0.5 + 2.0


def test_a_job_on_the_same_picture_teaches_nothing_more():
    """Most of it may be taken over from the first one."""
    clock, pace = Clock(), Pace()
    run(pace, clock, (("detection", 2.0), ("quality", 4.0)), subject="a")
    run(pace, clock, (("quality", 0.2),), subject="a")
    assert countdown(pace, clock).left("quality", 0.0) == 4.0
    run(pace, clock, (("quality", 6.0),), subject="b")
    assert countdown(pace, clock).left("quality", 0.0) == 5.0

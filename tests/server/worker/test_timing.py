"""The seconds left, with a clock that the test turns."""

from server.worker.timing import Countdown, Pace


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def countdown(pace, clock, megapixels=2.0):
    return Countdown(pace, "compact", megapixels, ["detection", "quality"], clock)


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
    first = countdown(pace, clock)
    for stage, seconds in (("detection", 2.0), ("quality", 4.0)):
        first.left(stage, 0.0)
        clock.now += seconds
        first.left(stage, 1.0)
    second = countdown(pace, clock, megapixels=1.0)
    assert second.left("models", 0.0) is None  # loading has no pace of its own
    assert second.left("detection", 0.0) == 1.0 + 2.0
    clock.now += 0.5
    assert second.left("detection", 0.05) == 0.5 + 2.0


def test_a_stage_that_was_recalled_teaches_nothing():
    clock, pace = Clock(), Pace()
    pace.learn("compact", "quality", 4.0, 1.0)
    pace.learn("compact", "quality", 0.01, 1.0)
    assert pace.expected("compact", "quality", 2.0) == 8.0
    assert pace.expected("official", "quality", 2.0) is None
    assert countdown(pace, clock).left("quality", 0.0) == 8.0

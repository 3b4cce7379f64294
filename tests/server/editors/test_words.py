"""Sentences for the user, and the server's state in words."""

from __future__ import annotations

import pytest

from server.editors import words
from server.editors.choices import DEVICES, MASK_SOURCES, PRESETS, STAGES
from server.editors.state import ServerState, state_of
from server.events import Forecast
from server.protocol import ProtocolError


def forecast(**fields):
    return Forecast(
        **{"needed_bytes": None, "free_bytes": None, "seconds": None, "device": None, "fits": None, **fields}
    )


def test_everything_that_can_be_chosen_has_a_label():
    for label, values in (
        (words.stage_label, STAGES),
        (words.stage_help, STAGES),
        (words.mask_source_label, MASK_SOURCES),
        (words.preset_label, PRESETS),
        (words.device_label, DEVICES),
    ):
        assert len({label(value) for value in values}) == len(values)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 second"), (3.4, "3 seconds"), (33, "35 seconds"), (200, "3 minutes"), (7200, "2.0 hours")],
)
def test_times_are_said_as_one_says_them(seconds, said):
    assert words.duration(seconds) == said


def test_a_forecast_says_what_is_known():
    assert "once the server runs" in words.forecast_sentence(None)
    assert "after the first run" in words.forecast_sentence(forecast())
    said = words.forecast_sentence(
        forecast(seconds=12.0, needed_bytes=1_500_000_000, free_bytes=8_000_000_000, fits=True)
    )
    assert said == "About 12 seconds. Needs 1.5 GB of memory, 8.0 GB are free."
    assert "too much" in words.forecast_sentence(forecast(needed_bytes=9 << 30, free_bytes=1 << 30, fits=False))


@pytest.mark.parametrize(
    ("workers", "kind"),
    [
        ([], "asleep"),
        ([{"state": "starting", "device": "cpu"}], "starting"),
        ([{"state": "idle", "device": "cpu", "name": "A chip"}], "ready"),
        ([{"state": "idle", "device": "cpu"}, {"state": "busy", "device": "cuda"}], "busy"),
        ([{"state": "asleep", "device": None}], "asleep"),
    ],
)
def test_the_state_of_the_server_is_that_of_its_workers(workers, kind):
    state = state_of({"version": "1.2", "workers": workers})
    assert (state.kind, state.version) == (kind, "1.2")
    assert words.state_sentence(state)


def test_the_state_names_the_device():
    state = state_of({"workers": [{"state": "idle", "device": "cpu", "name": "A chip"}]})
    assert (state.device, state.device_name) == ("cpu", "A chip")
    assert words.state_sentence(state) == "The server is ready (Processor)."
    assert words.state_sentence(ServerState("failed", sentence="It burns. Put it out.")) == "It burns. Put it out."


def test_a_refusal_is_the_cause_and_the_remedy():
    assert words.refusal(ProtocolError("memory", "Too large.", "Cut it.")) == "Too large. Cut it."
    assert words.refusal(ProtocolError("memory", "Too large.")) == "Too large."

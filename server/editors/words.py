"""What plug-ins say, in one place, so that all editors say the same."""

from __future__ import annotations

from typing import Optional

from ..events import Forecast
from ..protocol import ProtocolError
from .state import ServerState
from .translation import _


def stage_label(stage: str) -> str:
    """The name of a stage, beside its switch."""
    return {
        "scratches": _("Scratches"),
        "quality": _("Fading, grain and blur"),
        "inpainting": _("Inpainting of holes"),
        "faces": _("Faces"),
        "colour": _("Colour"),
    }[stage]


def stage_help(stage: str) -> str:
    """What a stage does, in a sentence or two."""
    return {
        "scratches": _("Finds scratches, dust and creases, and fills them from the picture around them."),
        "quality": _("Brings back tones, and takes away grain and blur. A photo that needs none of it is left alone."),
        "inpainting": _("Fills places that are too wide to be repaired as scratches, in one way or in several."),
        "faces": _("Draws faces anew, each on a layer of its own."),
        "colour": _("Colours the photo, and follows the colours that you paint on a layer."),
    }[stage]


def candidates_help() -> str:
    """What the number of candidates means."""
    return _("So many fillings are made, as layers of which one is shown: choose by their eyes.")


def seed_help() -> str:
    """What the seed means."""
    return _("Another number gives other fillings; the same number gives the same ones.")


def saturation_help() -> str:
    """What the saturation means."""
    return _("How strong the colours are; 100% is as the model makes them.")


def hint_layer_help() -> str:
    """What the layer with the hints is."""
    return _("A layer on which you have painted, with full opacity, colours where they are to be.")


def mask_source_label(source: str) -> str:
    """Where the mask comes from."""
    return {
        "auto": _("Found automatically"),
        "selection": _("The selection"),
        "layer": _("A layer that I painted"),
        "edited": _("The edited scratch mask"),
    }[source]


def preset_label(preset: str) -> str:
    """The name of a preset of networks."""
    return {"compact": _("Compact (built in)"), "official": _("Official (downloaded apart)")}[preset]


def device_label(device: str) -> str:
    """The name of what computes."""
    return {
        "auto": _("The best there is"),
        "cpu": _("Processor"),
        "cuda": _("Graphics card (CUDA)"),
        "mps": _("Graphics card (Apple)"),
    }.get(device, device)


def progress_label(stage: str) -> str:
    """What is being done while a stage's progress is shown."""
    return {
        "models": _("Loading the models"),
        "detection": _("Looking for scratches"),
        "quality": _("Restoring"),
        "scratches": _("Repairing scratches"),
        "inpainting": _("Filling holes"),
        "faces": _("Working on faces"),
        "colour": _("Colouring"),
    }.get(stage, stage)


def duration(seconds: float) -> str:
    """A time as one says it."""
    if seconds < 1.5:
        return _("1 second")
    if seconds < 90:
        return _("{} seconds").format(round(seconds) if seconds < 20 else 5 * round(seconds / 5))
    minutes = round(seconds / 60)
    return _("{} minutes").format(minutes) if minutes < 90 else _("{} hours").format(round(minutes / 60, 1))


def memory(size: int) -> str:
    """A number of bytes as one says it."""
    return _("{:.1f} GB").format(size / 1e9)


def time_left(seconds: Optional[float]) -> str:
    """For beside a progress bar; empty while it is not known."""
    return "" if seconds is None else _("{} left").format(duration(max(seconds, 1.0)))


def progress_sentence(stage: str, seconds: Optional[float]) -> str:
    """What is being done, and how long it will take to the end of all, as far as that is known."""
    left = time_left(seconds)
    return progress_label(stage) + (f" – {left}" if left else "")


def forecast_sentence(forecast: Optional[Forecast]) -> str:
    """What a run will take."""
    if forecast is None:
        return _("Time and memory are known once the server runs.")
    parts = []
    if forecast.seconds is not None:
        parts.append(_("About {}.").format(duration(forecast.seconds)))
    if forecast.needed_bytes is not None and forecast.free_bytes is not None:
        parts.append(
            _("Needs {} of memory, {} are free.").format(memory(forecast.needed_bytes), memory(forecast.free_bytes))
        )
    if forecast.fits is False:
        parts.append(_("That is too much: select a smaller part, or scale the photo down."))
    return " ".join(parts) or _("Time and memory are known after the first run.")


def state_sentence(state: ServerState) -> str:
    """How the server is."""
    if state.kind == "ready":
        device = device_label(state.device.split(":")[0]) if state.device else ""
        return _("The server is ready ({}).").format(device) if device else _("The server is ready.")
    if state.kind == "failed":
        return state.sentence
    return {
        "unknown": _("Looking for the server…"),
        "absent": _("The server is not running. It starts by itself with the first restoration."),
        "starting": _("The server is starting…"),
        "busy": _("The server is at work."),
        "asleep": _("The server sleeps until there is something to do."),
    }[state.kind]


def refusal(error: ProtocolError) -> str:
    """An error as the user reads it: the cause and the remedy."""
    return f"{error.cause} {error.remedy}".strip()


def unexpected(log: str) -> str:
    """For a fault of ours."""
    return _("Something went wrong that should not have. Nothing was changed. The log says more: {}").format(log)

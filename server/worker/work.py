"""One job: its bytes, its photo, its layers."""

from __future__ import annotations

import hashlib
import time

import numpy as np

from restoration.device import Compute
from restoration.errors import Cancelled
from restoration.interrupt import interruptible
from restoration.layers import Layer, flatten
from restoration.memory import forecast, free_memory
from restoration.photo import Photo, Samples
from restoration.pipeline import restore, stacked
from restoration.presets import Models, load_models
from restoration.settings import Region, Settings
from restoration.stage_cache import StageCache
from server.pace import Pace
from server.protocol import Submit
from server.stages import planned_stages
from server.worker.about import further_stages
from server.worker.area import EMPTIED, narrowed, within
from server.worker.inbox import Task
from server.worker.outbox import Outbox
from server.worker.pictures import layer_picture, photo_picture, to_hints, to_mask, to_photo
from server.worker.reception import Bytes, ByteStore
from server.worker.timing import Countdown
from server.worker.wire_settings import read_settings


class Workshop:
    """What stays from job to job: networks, earlier results, experience.

    Args:
        compute: device and number format.
        store: the bytes of photos, kept for the next job.
        cache_bytes: what may be kept of earlier results.
        pace: what stages took before; learns from every job.
    """

    def __init__(self, compute: Compute, store: ByteStore, cache_bytes: int, pace: Pace) -> None:
        self.compute, self.pace = compute, pace
        self._store = store
        self._cache = StageCache(cache_bytes)
        self._models: tuple[tuple[str, str | None, bool], Models] | None = None

    def models(self, settings: Settings) -> Models:
        """The networks for these settings. Those of one preset are kept, the last."""
        name, restorer = (settings.preset, settings.models), settings.needs_restorer
        if self._models is not None and self._models[0] in ((*name, True), (*name, restorer)):
            return self._models[1]
        self._models = None  # the old ones go before the new ones come
        loaded = load_models(settings.preset, self.compute, settings.models, restorer=restorer)
        self._models = (*name, restorer), loaded
        return loaded

    def do(self, task: Task, out: Outbox) -> None:
        """Do a job and say ``done``.

        Raises:
            Cancelled: it was cancelled.
            ProtocolError, RestorationError: as of the library, and for bytes that are not what was announced.
        """
        began = time.monotonic()
        submit = task.submit
        settings, unknown = read_settings(submit.settings)
        for name in unknown:
            out.send("note", stage="", sentence=f"This server does not know the setting {name!r}: it was left out.")
        raw = task.inputs.finish()
        self._make_room(submit)
        with interruptible(task.stop.is_set):
            photo, layers, numbers = self._restore(submit, settings, raw, out, task)
        order = [numbers[id(layer)] for layer in stacked(layers)]
        if submit.flattened:
            self._send_flattened(submit, photo, layers, raw, out)
        # Before the last word, so that whoever then asks for a forecast gets one of what was learnt.
        out.send("pace", pace=self.pace.plain())
        out.last("done", order=order, layers=len(layers), seconds=round(time.monotonic() - began, 3))

    def _make_room(self, submit: Submit) -> None:
        """Forget what was kept if the job could need its memory: the forecast counts it as free."""
        photo = submit.inputs["photo"].picture
        needed = forecast(submit.preset, photo.width, photo.height, 8 if photo.depth == 8 else 16)
        if needed > free_memory():
            self._cache.clear()
            self._store.clear()

    def _restore(
        self, submit: Submit, settings: Settings, raw: dict[str, Bytes], out: Outbox, task: Task
    ) -> tuple[Photo | None, list[Layer], dict[int, int]]:
        layers: list[Layer] = []
        numbers: dict[int, int] = {}
        mask, area = _plane(submit, raw, "mask"), _plane(submit, raw, "area")
        if area is not None and (area == 255).all():
            area = None
        if area is not None:
            settings = narrowed(settings, area)
        if settings.does_nothing:
            return None, layers, numbers
        photo, photo_id = to_photo(raw["photo"], submit.inputs["photo"].picture, submit.icc), _photo_id(submit)
        countdown = Countdown(
            self.pace,
            settings.preset,
            _worked_pixels(photo, settings) / 1e6,
            planned_stages(settings.to_dict(), mask is not None, further_stages()),
            subject=(photo_id, settings.region),
        )

        def progress(stage: str, fraction: float) -> None:
            if task.stop.is_set():
                raise Cancelled
            out.progress(stage, float(fraction), countdown.left(stage, fraction))

        def tell(stage: str, sentence: str) -> None:
            out.send("note", stage=stage, sentence=sentence)

        if self._models is None:
            progress("models", 0.0)
        for layer in restore(
            photo,
            settings,
            mask,
            progress,
            tell=tell,
            models=self.models(settings),
            cache=self._cache,
            photo_id=photo_id,
            hints=_hints(submit, raw),
        ):
            shown = layer if area is None else within(layer, area)
            if shown is None:
                continue
            if shown.note == EMPTIED:
                tell("scratches", EMPTIED)
            layers.append(shown)
            numbers[id(shown)] = self._send_layer(shown, photo, submit, out)
        return photo, layers, numbers

    def _send_layer(self, layer: Layer, photo: Photo, submit: Submit, out: Outbox) -> int:
        layout = submit.inputs["photo"].picture.layout
        picture, raw = layer_picture(layer, photo, layout, submit.within_alpha)
        return out.layer(
            picture,
            raw,
            name=layer.name,
            role=layer.role,
            x=int(layer.x),
            y=int(layer.y),
            blend_mode=layer.blend_mode,
            opacity=float(layer.opacity),
            visible=layer.visible,
            note=layer.note,
            group=layer.group,
        )

    def _send_flattened(
        self, submit: Submit, photo: Photo | None, layers: list[Layer], raw: dict[str, Bytes], out: Outbox
    ) -> None:
        picture = submit.inputs["photo"].picture
        flat = None if photo is None else flatten(photo, stacked(layers))
        if flat is None or flat is photo:
            # Nothing shows: what came goes back, byte for byte.
            packed = raw["photo"]
        else:
            picture, packed = photo_picture(flat, picture.layout)
        out.layer(
            picture, packed, name="Flattened", role="flattened", x=0, y=0,
            blend_mode="normal", opacity=1.0, visible=True, note="", group="",
        )  # fmt: skip


def _photo_id(submit: Submit) -> str:
    """Names the photo for the cache: its bytes, what they mean, and its profile."""
    one = submit.inputs["photo"]
    text = f"{one.hash} {sorted(one.picture.fields().items())} {hashlib.blake2b(submit.icc or b'').hexdigest()}"
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def _plane(submit: Submit, raw: dict[str, Bytes], name: str) -> Samples | None:
    """The mask, or the area, H×W uint8; None if none was given."""
    return to_mask(raw[name], submit.inputs[name].picture) if name in raw else None


def _hints(submit: Submit, raw: dict[str, Bytes]) -> Samples | None:
    """The colour hints, H×W×4 uint8; None if none were given."""
    return to_hints(raw["hints"], submit.inputs["hints"].picture) if "hints" in raw else None


def _worked_pixels(photo: Photo, settings: Settings) -> int:
    """Pixels of the photo, or of the region in it; at least one, for it may lie outside."""
    region = settings.region or Region(0, 0, photo.width, photo.height)
    width = min(photo.width, region.x + region.width) - max(0, region.x)
    height = min(photo.height, region.y + region.height) - max(0, region.y)
    return max(1, width) * max(1, height)


def default_cache_bytes(free_bytes: int) -> int:
    """An eighth of what is free, at most 2 GiB."""
    return int(np.clip(free_bytes // 8, 1 << 28, 2 << 30))

"""One job: its bytes, its photo, its layers."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import numpy as np

from restoration.device import Compute
from restoration.errors import Cancelled
from restoration.interrupt import interruptible
from restoration.layers import Layer, flatten
from restoration.memory import forecast, free_memory
from restoration.photo import Photo
from restoration.pipeline import restore, stacked
from restoration.presets import Models, load_models
from restoration.settings import Settings
from restoration.stage_cache import StageCache
from server.protocol import Submit
from server.worker.inbox import Task
from server.worker.outbox import Outbox
from server.worker.pictures import layer_picture, photo_picture, to_mask, to_photo
from server.worker.reception import Bytes, ByteStore
from server.worker.timing import Countdown, Pace
from server.worker.wire_settings import read_settings

#: Names of the stages of progress, in their order; which of them come depends on the settings.
_PLAN = ("detection", "quality", "scratches", "faces")


class Workshop:
    """What stays from job to job: networks, earlier results, experience.

    Args:
        compute: device and number format.
        store: the bytes of photos, kept for the next job.
        cache_bytes: what may be kept of earlier results.
    """

    def __init__(self, compute: Compute, store: ByteStore, cache_bytes: int) -> None:
        self.compute = compute
        self._store = store
        self._cache = StageCache(cache_bytes)
        self._pace = Pace()
        self._models: tuple[tuple[str, str | None], Models] | None = None

    def models(self, settings: Settings) -> Models:
        """The networks for these settings. Those of one preset are kept, the last."""
        key = settings.preset, settings.models
        if self._models is None or self._models[0] != key:
            self._models = None  # the old ones go before the new ones come
            self._models = key, load_models(settings.preset, self.compute, settings.models)
        return self._models[1]

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
        if settings.does_nothing:
            return None, layers, numbers
        picture = submit.inputs["photo"].picture
        photo = to_photo(raw["photo"], picture, submit.icc)
        mask = to_mask(raw["mask"], submit.inputs["mask"].picture) if "mask" in raw else None
        countdown = Countdown(self._pace, settings.preset, photo.width * photo.height / 1e6, _plan(settings, submit))

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
            photo_id=_photo_id(submit),
        ):
            layers.append(layer)
            numbers[id(layer)] = self._send_layer(layer, photo, submit, out)
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
            blend_mode="normal", opacity=1.0, visible=True, note="",
        )  # fmt: skip


def _photo_id(submit: Submit) -> str:
    """Names the photo for the cache: its bytes, what they mean, and its profile."""
    one = submit.inputs["photo"]
    text = f"{one.hash} {sorted(one.picture.fields().items())} {hashlib.blake2b(submit.icc or b'').hexdigest()}"
    return hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def _plan(settings: Settings, submit: Submit) -> list[str]:
    """The stages that will come, as far as that can be known before."""

    def on(stage: Any) -> bool:
        return bool(stage.enabled and stage.strength > 0)

    mode = settings.scratches.mask_mode or ("user" if "mask" in submit.inputs else "auto")
    wanted = {
        "detection": on(settings.scratches) and mode != "user",
        "quality": on(settings.quality),
        "scratches": on(settings.scratches) and not on(settings.quality),
        "faces": on(settings.faces) and settings.preset != "compact",
    }
    return [stage for stage in _PLAN if wanted[stage]]


def default_cache_bytes(free_bytes: int) -> int:
    """An eighth of what is free, at most 2 GiB."""
    return int(np.clip(free_bytes // 8, 1 << 28, 2 << 30))

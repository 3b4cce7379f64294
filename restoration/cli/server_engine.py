"""The server as an engine: photos go to it, layers come back. No network is loaded in this process."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from restoration import errors
from restoration.archive.engines import Note
from restoration.errors import Cancelled, RestorationError
from restoration.layers import BlendMode, Layer, Role
from restoration.photo import Photo, Samples
from restoration.progress import Progress
from restoration.settings import Settings
from server.client import Pixels, RestorationClient
from server.events import Done, JobCancelled, LayerMade
from server.events import Note as NoteEvent
from server.events import Progress as ProgressEvent
from server.protocol import Picture, ProtocolError
from server.worker.pictures import photo_picture, to_photo

#: The name that the server shows for us.
CLIENT_NAME = "command line"
#: Names the folder of the official weights; the server may have been started without it.
_MODELS_VARIABLE = "RESTORE_OLD_PHOTO_MODELS"

_KINDS = {
    kind.code: kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, RestorationError) and kind is not Cancelled
}


class ServerError(RestorationError):
    """The server, or the way to it, fails; ``code`` is that of docs/protocol.md."""

    code = "server"


class ServerLostError(ServerError):
    """The server is gone, or none can be started: nothing is known of the photo."""

    code = "server-lost"


#: Codes of the protocol that say so.
_LOST = ("server-lost", "no-server")


def as_restoration_error(error: ProtocolError) -> RestorationError:
    """What the server sent, as the error that the library itself would have raised."""
    kind = ServerLostError if error.code in _LOST else _KINDS.get(error.code, ServerError)
    return kind(error.cause, error.remedy)


class ServerEngine:
    """Restores on the server, which is started if none answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wire = _wire_settings(settings)
        self._client: RestorationClient | None = None
        self._told_once: set[str] = set()
        self._job: str | None = None
        self._cancelled = False

    def prepare(self, progress: Progress) -> None:
        """See ``Engine``."""
        if self._client is None:
            try:
                self._client = RestorationClient.connect(CLIENT_NAME)
            except ProtocolError as error:
                raise as_restoration_error(error) from error

    def layers(
        self, photo: Photo, mask: Samples | None, hints: Samples | None, progress: Progress, note: Note
    ) -> list[Layer]:
        """See ``Engine``. A server that is lost on the way is started again, once."""
        try:
            return self._layers(photo, mask, hints, progress, note)
        except ProtocolError as error:
            if error.code != "server-lost":
                raise as_restoration_error(error) from error
        note("The server was lost; it is started again.")
        self.close()
        self.prepare(progress)
        try:
            return self._layers(photo, mask, hints, progress, note)
        except ProtocolError as error:
            raise as_restoration_error(error) from error

    def cancel(self) -> None:
        """End what ``layers`` waits for, which raises ``Cancelled``, now and from now on; for any thread."""
        self._cancelled = True
        client, job = self._client, self._job
        if client is not None and job is not None:
            with contextlib.suppress(ProtocolError):
                client.cancel(job)

    def close(self) -> None:
        """See ``Engine``."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _layers(
        self, photo: Photo, mask: Samples | None, hints: Samples | None, progress: Progress, note: Note
    ) -> list[Layer]:
        assert self._client is not None, "prepare comes first"
        picture, raw = photo_picture(photo, _layout(photo))
        job = self._client.submit(
            Pixels(picture, raw.data),
            self._wire,
            mask=_pixels("GRAY", mask),
            hints=_pixels("RGBA", hints),
            icc=photo.icc_profile,
        )
        self._job = job
        if self._cancelled:
            self._client.cancel(job)
        made: dict[int, Layer] = {}
        order: tuple[int, ...] = ()
        try:
            for event in self._client.events(job):
                if isinstance(event, ProgressEvent):
                    progress(event.stage, event.fraction)
                elif isinstance(event, NoteEvent):
                    self._tell(event.sentence, note)
                elif isinstance(event, LayerMade):
                    made[event.number] = _layer(event)
                elif isinstance(event, Done):
                    order = tuple(event.order)
        except JobCancelled as stop:
            raise Cancelled from stop
        except BaseException:
            # Ctrl-C, too: the server must not go on for nobody.
            self._client.cancel(job)
            raise
        return [made[number] for number in order]

    def _tell(self, sentence: str, note: Note) -> None:
        # That weights are missing, or what models cannot do, is true of every photo, and said once.
        if "weights" in sentence or "models" in sentence:
            if sentence in self._told_once:
                return
            self._told_once.add(sentence)
        note(sentence)


def _pixels(layout: str, samples: Samples | None) -> Pixels | None:
    """H×W or H×W×C uint8 as an input of a job."""
    if samples is None:
        return None
    picture = Picture(layout, 8, samples.shape[1], samples.shape[0])
    return Pixels(picture, np.ascontiguousarray(samples).data)


def _layout(photo: Photo) -> str:
    return ("GRAY" if photo.is_grey else "RGB") + ("" if photo.alpha is None else "A")


def _layer(event: LayerMade) -> Layer:
    raw = np.frombuffer(event.pixels, np.uint8)
    picture = to_photo(raw, event.picture)
    if event.role not in get_args(Role) or event.blend_mode not in get_args(BlendMode):
        raise ServerError(f"The server sent a layer of the role {event.role!r}.", "Update this program.")
    return Layer(
        event.name,
        cast(Role, event.role),
        picture.pixels,
        picture.alpha,
        x=event.x,
        y=event.y,
        blend_mode=cast(BlendMode, event.blend_mode),
        opacity=event.opacity,
        visible=event.visible,
        note=event.note,
        group=event.group,
    )


def _wire_settings(settings: Settings) -> dict[str, Any]:
    """Settings for a process that stands in another folder and has another environment."""
    wire = settings.to_dict()
    models = settings.models or os.environ.get(_MODELS_VARIABLE)
    wire["models"] = str(Path(models).absolute()) if models and settings.preset == "official" else None
    return wire

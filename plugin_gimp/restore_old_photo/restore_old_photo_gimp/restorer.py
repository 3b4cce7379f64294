"""A run from a drawable to the group of layers above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import WITHOUT_ZMQ
from .damage import damage_mask, work_area, work_region
from .groups import all_layers, group_of, is_only_a_mask, source_for
from .insertion import insert
from .reading import Box, Form, box_of, form_of, read_pixels
from .refusal import Refusal
from .remote.client import Pixels
from .remote.editors.choices import Choices
from .remote.editors.desk import Desk, Request
from .remote.editors.translation import _
from .remote.protocol import Picture
from .running import Run, outcome

EDITOR = "GIMP"


def desk() -> Desk:
    """A connection to the server, made when it is needed."""
    return Desk(EDITOR, "bridge" if WITHOUT_ZMQ else "auto")


class Restorer:
    """Restores one drawable.

    Args:
        image: the image.
        drawables: those that are active; one of them, and no more.
        finds: whether only scratches are looked for.

    Raises:
        Refusal: it cannot be restored; why.
    """

    def __init__(self, image: Any, drawables: list[Any], *, finds: bool = False) -> None:
        if len(drawables) != 1:
            raise Refusal(_("Choose one layer: the one with the photo."))
        self.image, self.finds = image, finds
        self.source = source_for(image, _layer_of(drawables[0]))
        self.form: Form = form_of(image)
        self.box: Box = box_of(self.source)

    @property
    def picture(self) -> Picture:
        """What will be sent.

        Raises:
            ProtocolError: it is larger than the server takes.
        """
        return Picture(self.form.layout(self.source.has_alpha()), self.form.bits, self.box.width, self.box.height)

    @property
    def other_layers(self) -> list[Any]:
        """Layers that may hold a painted mask, the topmost first."""
        return [layer for layer in all_layers(self.image) if not layer.is_group() and layer != self.source]

    def settings(self, choices: Choices, *, masked: bool) -> dict[str, Any]:
        """What is asked of the server."""
        settings = choices.settings_to_find() if self.finds else choices.settings(masked=masked)
        if choices.within_selection:
            settings["region"] = work_region(self.image, self.box)
        return settings

    def restore(self, choices: Choices, desk: Desk, wait: Callable[[Run], None]) -> str:
        """Do it; returns what there is to be said about it.

        Raises:
            Refusal: it cannot be done, or failed; why. Nothing was changed.
            Cancelled: ``wait`` says that the user wants no more of it. Nothing was changed.
            ProtocolError: the picture is too large.
        """
        if choices.does_nothing and not self.finds:
            raise Refusal(_("Every stage is switched off. Switch one on."))
        if self.finds:
            choices = replace(choices, mask_source="auto")
        picture = self.picture  # before any pixel is read: it may be too large
        mask = damage_mask(self.image, self.source, self.box, choices)
        area = work_area(self.image, self.box, choices)
        settings = self.settings(choices, masked=mask is not None)
        if mask is not None and choices.mask_source == "selection":
            settings["region"] = None
        _picture, pixels = read_pixels(self.source, self.form)
        request = Request(Pixels(picture, pixels), settings, mask=self._grey(mask), area=self._grey(area))
        replaces = self._replaced(choices)
        run = Run(desk, request)
        wait(run)
        if not run.layers:
            return outcome(run, self.finds)
        if not self.image.is_valid() or not self.source.is_valid():
            raise Refusal(_("The image was closed. What was made for it is lost."))
        insert(self.image, self.source, self.box, self.form, run.layers, replaces=replaces, shown=self.finds)
        return " ".join(run.notes)

    def _replaced(self, choices: Choices) -> Any | None:
        """The group whose place the new one takes: the one with the edited mask, or one that is nothing but a mask."""
        old = group_of(self.image, self.source)
        if old is None or (choices.mask_source == "edited" and not self.finds):
            return old
        return old if is_only_a_mask(old) else None

    def _grey(self, mask: bytes | None) -> Pixels | None:
        return None if mask is None else Pixels(Picture("GRAY", 8, self.box.width, self.box.height), mask)


def _layer_of(drawable: Any) -> Any:
    """The layer, where its mask is the active one.

    Raises:
        Refusal: a channel.
    """
    from gi.repository import Gimp

    if isinstance(drawable, Gimp.LayerMask):
        return Gimp.Layer.from_mask(drawable)
    if not isinstance(drawable, Gimp.Layer):
        raise Refusal(_("Choose the layer with the photo in the list of layers."))
    return drawable

"""A run from a drawable to the group of layers above it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import WITHOUT_ZMQ
from .arguments import LAYER_MASK
from .damage import damage_mask, work_area, work_region
from .former import former_of
from .groups import all_layers, group_of, source_for
from .hints import check_can_hold_colour, colour_hints
from .insertion import Manner, insert
from .reading import Box, Form, box_of, form_of, profile_of, read_pixels
from .remote.client import Pixels
from .remote.editors.choices import Choices, StageChoice
from .remote.editors.desk import Desk, Request
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _
from .remote.protocol import Picture
from .running import Run, outcome

EDITOR = "GIMP"
#: How long a connection may take to end before GIMP goes on without waiting for that.
_LEAVE_S = 0.15


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
        self._active = _layer_of(drawables[0])
        self.source = source_for(image, self._active)
        self.form: Form = form_of(image)

    @property
    def box(self) -> Box:
        """Where the photo lies now.

        Raises:
            Refusal: it is no more.
        """
        self._must_be_open()
        if not self.source.is_valid():
            raise Refusal(_("The layer was deleted. Choose another one."))
        return box_of(self.source)

    @property
    def picture(self) -> Picture:
        """What will be sent.

        Raises:
            ProtocolError: it is larger than the server takes.
            Refusal: the photo is no more.
        """
        box = self.box
        return Picture(self.form.layout(self.source.has_alpha()), self.form.bits, box.width, box.height)

    @property
    def other_layers(self) -> list[Any]:
        """Layers on which the user may have painted, the topmost first."""
        return [layer for layer in all_layers(self.image) if not layer.is_group() and layer != self.source]

    def settings(self, choices: Choices, *, masked: bool) -> dict[str, Any]:
        """What is asked of the server."""
        settings = choices.settings_to_find() if self.finds else choices.settings(masked=masked)
        region = work_region(self.image, self.box, self._meant(choices))
        return settings if region is None else {**settings, "region": region}

    def restore(self, choices: Choices, wait: Callable[[Run], None]) -> str:
        """Do it; returns what there is to be said about it.

        Raises:
            Refusal: it cannot be done, or failed; why. Nothing was changed.
            Cancelled: ``wait`` says that the user wants no more of it. Nothing was changed.
            ProtocolError: the picture is too large.
        """
        if choices.does_nothing and not self.finds:
            raise Refusal(_("Every stage is switched off. Switch one on."))
        choices, image, source = self._meant(choices), self.image, self.source
        box = self.box  # the dialog may have been open for long: what is true now counts
        self.form, picture = form_of(image), self.picture  # before any pixel is read: it may be too large
        check_can_hold_colour(self.form, choices)
        name, edits = source.get_name(), choices.mask_source == "edited" and choices.minds_damage
        group = group_of(image, source, self._active, masked=edits)
        mask = damage_mask(image, source, group, box, choices)
        hints = colour_hints(self.other_layers, box, choices)
        area = work_area(image, box, choices)
        settings = self.settings(choices, masked=mask is not None)
        _picture, pixels = read_pixels(source, self.form)
        damage, where = _grey(mask, box), _grey(area, box)
        request = Request(
            Pixels(picture, pixels),
            settings,
            mask=damage,
            area=where,
            hints=None if hints is None else Pixels(Picture("RGBA", 8, box.width, box.height), hints),
            icc=profile_of(image),
        )
        run = Run(desk(), request)
        try:
            wait(run)
        finally:
            run.let_go(_LEAVE_S)
        if not run.layers:
            return outcome(run, self.finds)
        self._must_be_open()
        gone = not source.is_valid()
        now = box if gone else box_of(source)
        if (now.width, now.height) != (box.width, box.height) or form_of(image) != self.form:
            raise Refusal(_("The layer was scaled or converted meanwhile. Nothing was changed; restore again."))
        former = None if gone else former_of(group, source, now, mask if edits else None)
        marks = choices.minds_damage and choices.mask_source == LAYER_MASK
        # While scratches are found, what is painted on the mask must be seen.
        manner = Manner(shown=self.finds, covered=not marks and not self.finds, edited=edits)
        insert(image, None if gone else source, name, now, self.form, run.layers, former=former, manner=manner)
        told = [*run.notes]
        if gone:
            told.append(_("The layer was deleted meanwhile; the result lies on top of all layers."))
        if former is not None and former.sentence:
            told.append(former.sentence)
        return " ".join(told)

    def _meant(self, choices: Choices) -> Choices:
        if not self.finds:
            return choices
        return replace(choices, scratches=StageChoice(), colour=StageChoice(enabled=False), mask_source="auto")

    def _must_be_open(self) -> None:
        if not self.image.is_valid():
            raise Refusal(_("The image was closed. What was made for it is lost."))


def _grey(mask: bytes | None, box: Box) -> Pixels | None:
    return None if mask is None else Pixels(Picture("GRAY", 8, box.width, box.height), mask)


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

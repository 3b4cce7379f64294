"""A run from the active layer to the group of layers above it. At most one at a time."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import Any

from krita import Krita

from .colour_spaces import Form, Space, travelling_form
from .courier import Courier, Ended, Preview
from .damage import damage_mask, work_area, work_region
from .groups import Results, group_name
from .guard import guarded
from .hints import check_can_hold_colour, colour_hints
from .insertion import insert_group, make_layer, nested
from .qt import QtCore, Signal
from .reading import Box, box_of, check_has_picture, find_layer, id_of, layer_of, own_space, read_pixels
from .remote.client import Pixels
from .remote.connection import log_folder
from .remote.editors.choices import Choices
from .remote.editors.desk import Request
from .remote.editors.refusal import Refusal
from .remote.editors.translation import _
from .remote.editors.words import duration, refusal, unexpected
from .remote.events import Accepted, Done, Note
from .remote.events import Progress as ProgressEvent
from .remote.protocol import Picture, ProtocolError
from .replacing import Masks, Replaced, make_way

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Subject:
    """What would be restored, or is being.

    Attributes:
        doc: the document.
        source: the layer.
        id: of the layer, for when it is needed again: it may be gone by then.
        name: of the layer.
        box: where it lies.
        own: its space.
        form: in which its pixels travel.
    """

    doc: Any
    source: Any
    id: str
    name: str
    box: Box
    own: Space
    form: Form

    @property
    def picture(self) -> Picture:
        """What its bytes will mean.

        Raises:
            ProtocolError: it is larger than the server takes.
        """
        return Picture(self.form.layout, self.form.bits, self.box.width, self.box.height)


@dataclass(eq=False)
class _Run:
    subject: Subject
    request: Request
    replaces: Replaced | None
    finds: bool
    made: dict[int, Preview] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Restorer(QtCore.QObject):
    """Does runs.

    Signals:
        began: the subject.
        progressed: the stage's name, and the seconds left of the whole run or None.
        noted: a sentence.
        previewed: a ``Preview``.
        emptied: what was previewed is void, for all begins anew.
        ended: ``done``, ``cancelled`` or ``failed``, and a sentence, which may be empty.
    """

    began = Signal(object)
    progressed = Signal(str, object)
    noted = Signal(str)
    previewed = Signal(object)
    emptied = Signal()
    ended = Signal(str, str)

    def __init__(self, courier: Courier) -> None:
        super().__init__()
        self._courier = courier
        self._run: _Run | None = None
        self.results = Results()
        self._masks = Masks()
        courier.told.connect(self._heard)

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._run is not None

    def subject(self) -> Subject:
        """What would be restored now.

        Raises:
            Refusal: nothing can be; why.
        """
        doc = Krita.instance().activeDocument()
        if doc is None:
            raise Refusal(_("Open a photo first: File > Open…"))
        node = layer_of(self.results.source_for(doc, doc.activeNode()))
        if node is None:
            raise Refusal(_("Choose the layer with the photo in the list of layers."))
        check_has_picture(node)
        own = own_space(node)
        return Subject(doc, node, id_of(node), node.name(), box_of(node), own, travelling_form(own))

    def restore(self, choices: Choices) -> None:
        """Restore the active layer. Comes back at once; ``ended`` tells."""
        if choices.does_nothing:
            self._refuse(_("Every stage is switched off. Switch one on."))
            return
        self._begin(choices, finds=False)

    def find_scratches(self, choices: Choices) -> None:
        """Find the scratches of the active layer, and show them as a layer to be painted on."""
        self._begin(choices, finds=True)

    def cancel(self) -> None:
        """Cancel the run, if there is one. Nothing was changed, and nothing will be."""
        run, self._run = self._run, None
        if run is not None:
            self._courier.cancel(run.request)
            self.ended.emit("cancelled", _("Cancelled. Nothing was changed."))

    @guarded
    def forget_closed(self, *_args: Any) -> None:
        """Cancel the run if its document has been closed."""
        run = self._run
        if run is not None and run.subject.doc not in Krita.instance().documents():
            self._run = None
            self._courier.cancel(run.request)
            self.ended.emit("cancelled", _("The image was closed, so its restoration was cancelled."))

    def _begin(self, choices: Choices, *, finds: bool) -> None:
        if self.running:
            self.noted.emit(_("A restoration is running. Cancel it, or wait for its end."))
            return
        try:
            self._start(choices, finds)
        except Refusal as why:
            self._refuse(str(why))
        except ProtocolError as error:
            self._refuse(refusal(error))

    def _start(self, choices: Choices, finds: bool) -> None:
        if finds:
            choices = replace(choices, mask_source="auto")
        subject = self.subject()
        picture = subject.picture  # before any pixel is read: it may be too large
        doc, box = subject.doc, subject.box
        if not finds:
            check_can_hold_colour(doc, choices)
        doc.waitForDone()  # a stroke that is still being drawn belongs to the photo
        mask = None if finds else damage_mask(doc, subject.source, box, choices, self.results)
        hints = None if finds else colour_hints(doc, subject.source, box, choices)
        area = work_area(doc, box, choices)
        photo = read_pixels(doc, subject.source, box, subject.form.space)
        settings = choices.settings_to_find() if finds else choices.settings(masked=mask is not None)
        request = Request(
            Pixels(picture, photo),
            {**settings, "region": work_region(doc, box, choices)},
            mask=_grey(mask, box),
            area=_grey(area, box),
            hints=None if hints is None else Pixels(Picture("BGRA", 8, box.width, box.height), hints),
        )
        replaces = self._masks.replaced(doc, subject.source, box, choices, self.results, finds=finds)
        animated = subject.source.animated()
        self._run = _Run(subject, request, replaces, finds)
        self._courier.restore(request)
        self.began.emit(subject)
        if animated:
            self._note(_("The layer is animated: only the frame that is shown is restored."))

    @guarded
    def _heard(self, request: Request, event: Any) -> None:
        run = self._run
        if run is None or run.request is not request:
            return  # of a run that was cancelled
        if isinstance(event, Accepted):
            run.made.clear()
            self.emptied.emit()
        elif isinstance(event, ProgressEvent):
            self.progressed.emit(event.stage, event.seconds_left)
        elif isinstance(event, Note):
            self._note(event.sentence)
        elif isinstance(event, Preview):
            run.made[event.layer.number] = event
            self.previewed.emit(event)
            if event.layer.note:
                self._note(event.layer.note)
        elif isinstance(event, Done):
            run.order, run.seconds = event.order, event.seconds
        elif isinstance(event, Ended):
            self._finish(run, event)

    def _note(self, sentence: str) -> None:
        if self._run is not None and sentence not in self._run.notes:
            self._run.notes.append(sentence)
            self.noted.emit(sentence)

    def _refuse(self, sentence: str) -> None:
        self.ended.emit("failed", sentence)

    def _finish(self, run: _Run, ended: Ended) -> None:
        outcome, sentence = ended.outcome, ended.sentence
        try:
            if outcome == "done":
                sentence = self._insert(run)
        except Refusal as why:
            outcome, sentence = "failed", str(why)
        except Exception:
            _log.exception("what came back cannot be inserted")
            outcome, sentence = "failed", unexpected(str(log_folder()))
        self._run = None
        self.ended.emit(outcome, sentence)

    def _insert(self, run: _Run) -> str:
        """Insert what came back; the sentence that says what was done."""
        subject = run.subject
        doc = subject.doc
        if doc not in Krita.instance().documents():
            raise Refusal(_("The image was closed. What was made for it is lost."))
        if not run.order:
            return _("No scratches were found.") if run.finds else _("The photo was left as it is.")
        source = find_layer(doc, subject.id)
        place = _place_now(source, subject.box)
        layers = []
        for number in run.order:
            returned = run.made[number].layer
            layer = make_layer(doc, returned, subject.form, subject.own, place.x, place.y)
            if run.finds:
                layer.setVisible(True)
            layers.append((returned.group, layer))
        old = None if run.replaces is None else find_layer(doc, run.replaces.group)
        # Above what earlier runs made of it, which would hide it.
        above = old or (None if source is None else self.results.top_group(source) or source)
        group = insert_group(doc, group_name(subject.name), nested(doc, layers), above)
        if source is not None:
            self.results.made(group, source)
            self._masks.inserted(doc, group, place)
        kept = "" if run.replaces is None else make_way(doc, run.replaces, subject.id, subject.box, self.results)
        doc.refreshProjection()
        if source is None:
            said = _("The layer was deleted meanwhile; the result lies on top of all layers.")
        elif run.finds:
            said = _("Paint or erase on the layer “Scratch mask”, then choose Restart from Edited Mask.")
        else:
            said = _("Done in {}.").format(duration(run.seconds))
        return f"{kept} {said}".strip()


def _place_now(source: Any, box: Box) -> Box:
    """Where a layer that was sent lies now; it may have been moved, or the image cropped. Where it was, if it is gone.

    A layer whose size has changed was painted on: its old place is the better guess.
    """
    now = None if source is None else source.bounds()
    if now is None or (now.width(), now.height()) != (box.width, box.height):
        return box
    return Box(now.x(), now.y(), box.width, box.height)


def _grey(mask: bytes | None, box: Box) -> Pixels | None:
    return None if mask is None else Pixels(Picture("GRAY", 8, box.width, box.height), mask)

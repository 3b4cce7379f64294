"""The docker *Restore Old Photo*. Each window has one; what they show belongs to the extension."""

from __future__ import annotations

from typing import Any

from krita import DockWidget

from .courier import Preview
from .damage import work_region
from .extension import RestoreExtension
from .guard import guarded
from .hints import paint_layers
from .panel import Panel
from .qt import QtCore
from .remembered import first_time
from .remote.editors.refusal import Refusal
from .remote.editors.state import ServerState
from .remote.editors.translation import _
from .remote.editors.words import forecast_sentence, refusal
from .remote.protocol import ProtocolError
from .restorer import Subject

DOCKER_ID = "restore_old_photo"
#: Krita tells nobody that another layer is active: the docker looks while it is seen.
_LOOK_MS = 700
#: How many of its looks pass between two at the server.
_SERVER_EVERY = 4


class RestoreDocker(DockWidget):
    """Connects the panel with the extension."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(_("Restore Old Photo"))
        extension = RestoreExtension.instance
        assert extension is not None, "Krita makes extensions first"
        self._extension, self.panel = extension, Panel()
        self._key: tuple[Any, ...] | None = None
        self._looks = 0
        self.setWidget(self.panel)
        self.panel.form.show_choices(extension.choices)
        self.panel.show_forecast("")
        self._connect()
        self._timer = QtCore.QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(_LOOK_MS)
        if extension.restorer.running:
            self.panel.begin("")
        if first_time("docker_known"):
            # Krita shows a docker that it does not know yet. The user has not asked for it.
            QtCore.QTimer.singleShot(0, self.hide)

    def canvasChanged(self, _canvas: Any) -> None:  # noqa: N802 # Krita's name
        """See ``DockWidget``."""
        self._look()

    def _connect(self) -> None:
        extension, panel, restorer = self._extension, self.panel, self._extension.restorer
        panel.form.changed.connect(self._choose)
        panel.restore_wanted.connect(extension.restore_again)
        panel.find_wanted.connect(extension.find_scratches)
        panel.edited_wanted.connect(extension.restart_from_edited_mask)
        panel.cancel_wanted.connect(restorer.cancel)
        panel.server.wanted.connect(extension.help)
        extension.courier.looked.connect(self._show_state)
        extension.courier.forecast_made.connect(self._show_forecast)
        restorer.began.connect(self._begin)
        restorer.progressed.connect(panel.run.progress)
        restorer.noted.connect(panel.tell)
        restorer.emptied.connect(panel.gallery.empty)
        restorer.previewed.connect(self._add)
        restorer.ended.connect(self._end)
        extension.dockers.append(self)
        self.visibilityChanged.connect(self._seen)

    @guarded
    def _seen(self, visible: bool) -> None:
        if visible:
            self._looks = 0
            self._look()

    @guarded
    def show_up(self) -> None:
        """Be seen."""
        if first_time("docker_placed"):
            self._float()
        self.setVisible(True)
        self.raise_()
        self._look()

    def _float(self) -> None:
        """In front of the picture and large enough to be read, for below Krita's own dockers there is no room left.

        Where the user puts it after that, Krita remembers.
        """
        window = self.window() if not self.isFloating() else self.parentWidget().window()
        room = QtCore.QRect(window.mapToGlobal(QtCore.QPoint(0, 0)), window.size())
        self.setFloating(True)
        size = self.panel.sizeHint()
        self.resize(size.width() + 12, min(size.height() + 30, room.height() * 17 // 20))
        self.move(room.left() + room.width() // 12, room.top() + room.height() // 8)

    @guarded
    def _choose(self) -> None:
        self._extension.choose(self.panel.form.choices)
        self._look()

    @guarded
    def _begin(self, subject: Subject) -> None:
        self.panel.begin(subject.name)

    @guarded
    def _add(self, preview: Preview) -> None:
        self.panel.add(preview.layer.name, preview.small)

    @guarded
    def _end(self, _outcome: str, sentence: str) -> None:
        self.panel.end(sentence)
        self._key = None
        self._look()

    @guarded
    def _show_state(self, state: ServerState) -> None:
        self.panel.server.show_state(state)

    @guarded
    def _look(self, *_args: Any) -> None:
        """See what is active now, and how the server is."""
        if not self.isVisible() or self._extension.restorer.running:
            return
        if self.panel.form.choices != self._extension.choices:  # chosen in another window
            self.panel.form.show_choices(self._extension.choices)
        if self._looks % _SERVER_EVERY == 0:
            self._extension.courier.look()
        self._looks += 1
        self._show_subject()

    def _show_subject(self) -> None:
        try:
            subject = self._extension.restorer.subject()
            picture = subject.picture
        except Refusal as why:
            self._cannot(str(why))
            return
        except ProtocolError as error:
            self._cannot(refusal(error))
            return
        chosen = self._extension.choices
        self.panel.form.offer_layers(paint_layers(subject.doc, subject.id, (chosen.mask_layer, chosen.hint_layer)))
        self.panel.show_subject(
            _("“{}”: {} × {} pixels, {} bits").format(subject.name, picture.width, picture.height, picture.depth), True
        )
        choices = self._extension.choices
        settings = choices.settings(masked=choices.mask_source != "auto")
        settings["region"] = work_region(subject.doc, subject.box, choices)
        key = (picture, repr(settings), self._looks // _SERVER_EVERY)
        if key != self._key:
            self._key = key
            self._extension.courier.forecast(key, picture, settings)

    def _cannot(self, why: str) -> None:
        self.panel.show_subject(why, False)
        self.panel.show_forecast("")
        self._key = None

    @guarded
    def _show_forecast(self, key: object, forecast: Any) -> None:
        if key == self._key:
            self.panel.show_forecast(forecast_sentence(forecast))

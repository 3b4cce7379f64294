"""All that the docker shows. Knows nothing of Krita, so that it can be looked at without it."""

from __future__ import annotations

from typing import Any

from .choices_form import ChoicesForm
from .gallery import Gallery
from .qt import Qt, QtCore, QtWidgets, Signal
from .remote.editors.thumbnails import Thumbnail
from .remote.editors.translation import _
from .run_view import RunView
from .server_view import ServerView


class Panel(QtWidgets.QWidget):
    """The docker's content.

    Signals:
        restore_wanted, find_wanted, edited_wanted: the user wants a run.
        cancel_wanted: the run is to end.

    Attributes:
        form, gallery, run, server: its parts.
    """

    restore_wanted = Signal()
    find_wanted = Signal()
    edited_wanted = Signal()
    cancel_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.form, self.gallery, self.run, self.server = ChoicesForm(), Gallery(), RunView(), ServerView()
        self._subject, self._forecast, self._told = _wrapped(), _wrapped(), _wrapped()
        self._told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._told.hide()
        self._restore = _button(_("Restore"), self.restore_wanted)
        self._find = _button(_("Find Scratches"), self.find_wanted)
        self._edited = _button(_("Use Edited Mask"), self.edited_wanted)
        self._find.setToolTip(_("Shows what is found as a layer to paint on, and changes nothing."))
        self._edited.setToolTip(
            _("Restores again with the scratch mask as it was painted, in place of the last result.")
        )
        self._buttons = QtWidgets.QWidget()
        self._can_start, self._running = True, False
        self.run.cancelled.connect(self.cancel_wanted)
        self._arrange()

    def _arrange(self) -> None:
        """What is always needed is always seen; what is chosen once can be scrolled away."""
        grid = QtWidgets.QGridLayout(self._buttons)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(self._restore, 0, 0, 1, 2)
        grid.addWidget(self._find, 1, 0)
        grid.addWidget(self._edited, 1, 1)
        self._inner = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(self._inner)
        column.setContentsMargins(6, 2, 6, 2)
        column.addWidget(self.form)
        column.addWidget(self.gallery)
        column.addStretch(1)
        self._scroll = QtWidgets.QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._inner)
        whole = QtWidgets.QVBoxLayout(self)
        whole.setContentsMargins(6, 4, 6, 4)
        whole.setSpacing(5)
        whole.addWidget(self._subject)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(_line())
        for part in (self._told, self._forecast, self._buttons, self.run, _line(), self.server):
            whole.addWidget(part)
        # No scrolling sideways: as wide as its widest part.
        self.setMinimumWidth(
            self._inner.minimumSizeHint().width() + self._scroll.verticalScrollBar().sizeHint().width() + 12
        )

    def sizeHint(self) -> QtCore.QSize:  # noqa: N802 # Qt's name
        """As large as all that is shown, and the gallery."""
        width = max(320, self.minimumWidth())
        return QtCore.QSize(width, self._inner.sizeHint().height() + self.gallery.height() + 190)

    def show_subject(self, sentence: str, can_start: bool) -> None:
        """Say what would be restored, or why nothing can be."""
        self._subject.setText(sentence)
        self._can_start = can_start
        self._adapt()

    def show_forecast(self, sentence: str) -> None:
        """Say what a run would take; empty hides it, and so does a run."""
        self._forecast.setText(sentence)
        self._forecast.setVisible(bool(sentence) and not self._running)

    def begin(self, name: str) -> None:
        """A run has begun."""
        self._running = True
        self._told.hide()
        self._told.clear()
        self.gallery.empty()
        self._buttons.hide()
        self._forecast.hide()
        self.run.begin(name)

    def add(self, name: str, small: Thumbnail) -> None:
        """A layer has arrived."""
        self.gallery.add(name, small)
        # Once it has its place.
        QtCore.QTimer.singleShot(0, lambda: self._scroll.ensureWidgetVisible(self.gallery))

    def end(self, sentence: str) -> None:
        """The run has ended, or could not begin."""
        if not self._running:
            self._told.clear()  # what is there is of an earlier run
        self._running = False
        self.run.hide()
        self._buttons.show()
        self.tell(sentence)

    def tell(self, sentence: str) -> None:
        """Add a sentence for the user."""
        if sentence:
            before = self.told
            if sentence not in before.split("\n"):
                self._told.setText(f"{before}\n{sentence}" if before else sentence)
            self._told.show()

    @property
    def told(self) -> str:
        """What the user reads of the last run."""
        return str(self._told.text())

    def _adapt(self) -> None:
        for button in (self._restore, self._find, self._edited):
            button.setEnabled(self._can_start)


def _wrapped() -> QtWidgets.QLabel:
    label = QtWidgets.QLabel()
    label.setWordWrap(True)
    label.setMinimumWidth(0)
    return label


def _button(text: str, signal: Any) -> QtWidgets.QPushButton:
    button = QtWidgets.QPushButton(text)
    button.clicked.connect(lambda _on: signal.emit())
    return button


def _line() -> QtWidgets.QFrame:
    line = QtWidgets.QFrame()
    line.setFrameShape(QtWidgets.QFrame.Shape.HLine)
    line.setFrameShadow(QtWidgets.QFrame.Shadow.Sunken)
    return line

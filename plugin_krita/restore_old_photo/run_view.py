"""The part of the docker that says how far a run is, and what there is to be said about it."""

from __future__ import annotations

from typing import Any

from .qt import Qt, QtWidgets, Signal
from .remote.editors.share import Share
from .remote.editors.translation import _
from .remote.editors.words import progress_sentence


class RunView(QtWidgets.QWidget):
    """Shows a run.

    Signals:
        cancelled: the user wants it to end.
    """

    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._doing = QtWidgets.QLabel()
        self._bar = QtWidgets.QProgressBar()
        self._share = Share()
        self._cancel = QtWidgets.QPushButton(_("Cancel"))
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self._bar, 1)
        row.addWidget(self._cancel)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._doing)
        column.addLayout(row)
        self._cancel.clicked.connect(lambda _on: self.cancelled.emit())
        self.hide()

    def begin(self, name: str) -> None:
        """A run has begun, of the layer of this name."""
        short = self._doing.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 180)
        self._doing.setText(_("Sending “{}”").format(short) if name else _("A restoration is running"))
        self._bar.setRange(0, 0)
        self._share.begin()
        self.show()

    def progress(self, stage: str, seconds_left: Any) -> None:
        """What is being done, and how far the whole run is; the bar only moves to and fro while that is not known."""
        self._doing.setText(progress_sentence(stage, seconds_left))
        self._share.heard(seconds_left)
        if self._share.fraction is not None:
            self._bar.setRange(0, 100)
            self._bar.setValue(round(self._share.fraction * 100))

"""The state of the server in words, and one button that helps."""

from __future__ import annotations

from .qt import Qt, QtWidgets, Signal
from .remote.editors.state import ServerState
from .remote.editors.translation import _
from .remote.editors.words import state_sentence


class ServerView(QtWidgets.QWidget):
    """Shows the server's state.

    Signals:
        wanted: what the button stands for now: ``start``, ``restart`` or ``diagnose``.
    """

    wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._sentence = QtWidgets.QLabel()
        self._sentence.setWordWrap(True)
        self._sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QtWidgets.QPushButton()
        self._wish = ""
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._sentence, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        self._button.clicked.connect(lambda _on: self.wanted.emit(self._wish))
        self.show_state(ServerState())

    def show_state(self, state: ServerState) -> None:
        """Say how the server is, and offer what helps then."""
        self._sentence.setText(state_sentence(state))
        self._wish, text = {
            "absent": ("start", _("Start")),
            "failed": ("start", _("Start")) if state.can_start else ("diagnose", _("Copy Diagnostics")),
            "ready": ("restart", _("Restart")),
            "asleep": ("restart", _("Restart")),
            "busy": ("restart", _("Restart")),
        }.get(state.kind, ("", ""))
        self._button.setText(text)
        self._button.setVisible(bool(text))

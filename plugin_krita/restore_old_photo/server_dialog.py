"""*Server…*: how the server is, where its files lie, and all that can be done about it."""

from __future__ import annotations

from .qt import Qt, QtCore, QtGui, QtWidgets, Signal
from .remote.connection import connection_path, log_folder
from .remote.editors.state import ServerState
from .remote.editors.translation import _
from .remote.editors.words import state_sentence
from .stage_row import growing_form


class ServerDialog(QtWidgets.QDialog):
    """Shows the server. Not modal: the window stays usable.

    Signals:
        wanted: ``start``, ``restart`` or ``diagnose``.
    """

    wanted = Signal(str)

    def __init__(self, parent: QtWidgets.QWidget | None, way: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Restoration Server"))
        self._state = _selectable()
        self._device = _selectable()
        self._version = _selectable()
        form = growing_form()
        form.addRow(_("State:"), self._state)
        form.addRow(_("Device:"), self._device)
        form.addRow(_("Version:"), self._version)
        form.addRow(_("Connection:"), _selectable(way))
        form.addRow(_("Connection file:"), _selectable(str(connection_path())))
        form.addRow(_("Logs:"), _selectable(str(log_folder())))
        self._start = self._button(_("Start"), "start")
        self._restart = self._button(_("Restart"), "restart")
        diagnose = self._button(_("Copy Diagnostics"), "diagnose")
        diagnose.setToolTip(_("Copies a text for a bug report. It holds no picture and no name."))
        logs = QtWidgets.QPushButton(_("Open Logs"))
        logs.clicked.connect(lambda _on: QtGui.QDesktopServices.openUrl(QtCore.QUrl.fromLocalFile(str(log_folder()))))
        close = QtWidgets.QPushButton(_("Close"))
        close.setDefault(True)
        close.clicked.connect(lambda _on: self.close())
        row = QtWidgets.QHBoxLayout()
        for button in (self._start, self._restart, diagnose, logs):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(close)
        self._copied = QtWidgets.QLabel()
        self._copied.setWordWrap(True)
        column = QtWidgets.QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self._copied)
        column.addLayout(row)
        self.setMinimumWidth(560)
        self.show_state(ServerState())

    def show_state(self, state: ServerState) -> None:
        """Say how the server is."""
        self._state.setText(state_sentence(state))
        self._device.setText(state.device_name or "–")
        self._version.setText(state.version or "–")
        runs = state.kind in ("ready", "busy", "asleep")
        self._start.setEnabled(state.kind in ("absent", "failed"))
        self._restart.setEnabled(runs)

    def tell(self, sentence: str) -> None:
        """Show a sentence below the facts."""
        self._copied.setText(sentence)

    def _button(self, text: str, wish: str) -> QtWidgets.QPushButton:
        button = QtWidgets.QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _on: self.wanted.emit(wish))
        return button


def _selectable(text: str = "") -> QtWidgets.QLabel:
    label = QtWidgets.QLabel(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label

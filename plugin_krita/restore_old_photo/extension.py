"""The actions, the menu Filter > Restore Old Photo, and what belongs to Krita as a whole rather than to one window."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from krita import Extension, Krita

from . import WITHOUT_ZMQ
from .courier import Courier
from .guard import Fault, guarded
from .qt import QtCore, QtWidgets
from .remembered import remember, remembered
from .remote.editors.choices import Choices
from .remote.editors.desk import Desk
from .remote.editors.logs import log_to_file
from .remote.editors.translation import _, use_languages
from .restorer import Restorer
from .server_dialog import ServerDialog

_log = logging.getLogger(__name__)

_PREFIX = "restore_old_photo_"
_MENU = "restore_old_photo_menu"


class RestoreExtension(Extension):
    """Made once. ``instance`` is how the dockers, of which each window has one, find it."""

    instance: RestoreExtension | None = None

    def __init__(self, parent: Any) -> None:
        super().__init__(parent)
        RestoreExtension.instance = self
        use_languages(QtCore.QLocale().uiLanguages())
        log_to_file("Krita")
        _log.info("Krita %s, %s", Krita.instance().version(), self.way)
        self.courier = Courier(Desk("Krita", "bridge" if WITHOUT_ZMQ else "auto"))
        self.restorer = Restorer(self.courier)
        self.choices = remembered()
        #: Each window has one; those of windows that were closed are dead.
        self.dockers: list[Any] = []
        self._dialog: ServerDialog | None = None
        #: Krita asks for the actions before the window has its menus.
        self._actions_of_new_window: dict[str, Any] = {}
        Fault.tell = self.restorer.noted.emit
        self.courier.looked.connect(self._show_state)
        self.courier.diagnosed.connect(self._copy_diagnostics)
        self.courier.start()

    @property
    def way(self) -> str:
        """How the server is reached, in words."""
        return _("directly") if WITHOUT_ZMQ is None else _("through a helper program")

    def setup(self) -> None:
        """See ``Extension``."""
        notifier = Krita.instance().notifier()
        notifier.setActive(True)
        notifier.windowCreated.connect(self._make_menus)
        notifier.imageClosed.connect(self.restorer.forget_closed)
        notifier.applicationClosing.connect(self._end)

    def createActions(self, window: Any) -> None:  # noqa: N802 # Krita's name
        """See ``Extension``: called for each window."""
        for name, text, slot in self._actions():
            action = window.createAction(_PREFIX + name, text, "")
            action.triggered.connect(slot)
            self._actions_of_new_window[name] = action

    def _actions(self) -> Any:
        return (
            ("restore", _("Restore…"), self._show),
            ("again", _("Restore Again"), self.restore_again),
            ("find_scratches", _("Find Scratches"), self.find_scratches),
            ("edited_mask", _("Restart from Edited Mask"), self.restart_from_edited_mask),
            ("server", _("Server…"), self._show_server),
        )

    @guarded
    def _make_menus(self, *_args: Any) -> None:
        for window in Krita.instance().windows():
            bar = window.qwindow().menuBar()
            filters = next((one.menu() for one in bar.actions() if one.objectName() == "Filter"), None)
            if filters is None or filters.findChild(QtWidgets.QMenu, _MENU) is not None:
                continue
            menu = QtWidgets.QMenu(_("Restore Old Photo"), filters)
            menu.setObjectName(_MENU)
            for name in self._actions_of_new_window:
                menu.addAction(self._actions_of_new_window[name])
            filters.addMenu(menu)

    def show_docker(self) -> None:
        """Show the docker of the active window."""
        window = Krita.instance().activeWindow()
        self.dockers = [one for one in self.dockers if _lives(one)]
        for one in self.dockers:
            if window is None or one.parentWidget() is None or one.parentWidget().window() == window.qwindow():
                one.show_up()
                return

    def choose(self, choices: Choices) -> None:
        """Take choices, and keep them for the next time."""
        if choices != self.choices:
            self.choices = choices
            remember(choices)

    @guarded
    def restore_again(self, *_args: Any) -> None:
        """Restore with the last choices."""
        self.show_docker()
        self.restorer.restore(self.choices)

    @guarded
    def find_scratches(self, *_args: Any) -> None:
        """Find scratches with the last choices."""
        self.show_docker()
        self.restorer.find_scratches(self.choices)

    @guarded
    def restart_from_edited_mask(self, *_args: Any) -> None:
        """Restore with the mask as it was painted, whatever the form says of the mask."""
        self.show_docker()
        scratches = replace(self.choices.scratches, enabled=True)
        self.restorer.restore(replace(self.choices, mask_source="edited", unite=False, scratches=scratches))

    @guarded
    def help(self, wish: str) -> None:
        """Do what a button of the server's offers."""
        if wish == "start":
            self.courier.start_server()
        elif wish == "restart":
            self.restorer.cancel()
            self.courier.restart_server()
        elif wish == "diagnose":
            self.courier.diagnose(
                {
                    "Editor": f"Krita {Krita.instance().version()}",
                    "Qt": QtCore.qVersion(),
                    "Way to the server": "bridge" if WITHOUT_ZMQ else "ZeroMQ",
                    "Why": WITHOUT_ZMQ or "",
                }
            )

    @guarded
    def _show(self, *_args: Any) -> None:
        self.show_docker()

    @guarded
    def _show_server(self, *_args: Any) -> None:
        if self._dialog is None:
            window = Krita.instance().activeWindow()
            self._dialog = ServerDialog(None if window is None else window.qwindow(), self.way)
            self._dialog.wanted.connect(self.help)
            self._dialog.destroyed.connect(self._forget_dialog)
        self._dialog.tell("")
        self._dialog.show()
        self._dialog.raise_()
        self.courier.look()

    @guarded
    def _forget_dialog(self, *_args: Any) -> None:
        self._dialog = None  # its window was closed

    @guarded
    def _show_state(self, state: Any) -> None:
        if self._dialog is not None:
            self._dialog.show_state(state)

    @guarded
    def _copy_diagnostics(self, text: str) -> None:
        QtWidgets.QApplication.clipboard().setText(text)
        sentence = _("Copied. Paste it into your bug report.")
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.tell(sentence)
        else:
            self.restorer.noted.emit(sentence)

    @guarded
    def _end(self, *_args: Any) -> None:
        self.restorer.cancel()
        self.courier.end()


def _lives(widget: Any) -> bool:
    """Whether a widget still is one: Qt may have deleted it under Python's object."""
    try:
        widget.isVisible()
    except RuntimeError:
        return False
    return True

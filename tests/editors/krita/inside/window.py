"""Scenarios of the window itself: menus, the docker, its words."""

import time

from kit import Watch, add_layer, app, choose, docker, open_photo, photograph, plugin, run, trigger

if "PyQt6.QtCore" in __import__("sys").modules:
    from PyQt6 import QtCore, QtWidgets
else:
    from PyQt5 import QtCore, QtWidgets


def menu():
    """The submenu's texts, and the ids of its actions."""
    bar = app.activeWindow().qwindow().menuBar()
    filters = next(one.menu() for one in bar.actions() if one.objectName() == "Filter")
    ours = filters.findChild(QtWidgets.QMenu, "restore_old_photo_menu")
    return [ours.title(), [[one.text(), one.objectName()] for one in ours.actions()]]


def enabled_with_group_active(photo):
    """Which actions can be used when the group of a result is the active layer."""
    doc = yield from open_photo(photo)
    choose()
    yield from run("again")
    doc.waitForDone()
    yield 300
    bar = app.activeWindow().qwindow().menuBar()
    filters = next(one.menu() for one in bar.actions() if one.objectName() == "Filter")
    ours = filters.findChild(QtWidgets.QMenu, "restore_old_photo_menu")
    return [doc.activeNode().name(), [one.isEnabled() for one in ours.actions()]]


def texts():
    """Every text of the docker, the server's window and the menu."""
    trigger("server")
    yield 300
    found = []
    dialog = plugin()._dialog
    found += [docker().windowTitle(), dialog.windowTitle()]
    for root in (docker().panel, dialog):  # what is around the panel is Krita's own
        for widget in root.findChildren(QtWidgets.QWidget):
            found += _texts_of(widget)
    found += [text for text, _ in menu()[1]]
    dialog.close()
    return sorted({text for text in found if text.strip()})


def _texts_of(widget):
    if isinstance(widget, QtWidgets.QComboBox):
        return [widget.itemText(row) for row in range(widget.count())] + [widget.toolTip()]
    if isinstance(widget, (QtWidgets.QAbstractButton, QtWidgets.QLabel)):
        return [widget.text(), widget.toolTip(), widget.accessibleName()]
    return [widget.toolTip(), widget.accessibleName()]


def remembered(sensitivity=None):
    """Move the slider of the sensitivity, or say where it stands."""
    form = docker().panel.form
    if sensitivity is not None:
        form._sensitivity.set_fraction(sensitivity)
    return form.choices.sensitivity


def forecast(photo):
    """What the docker says a run will take, once the server has answered."""
    yield from open_photo(photo)
    choose()
    trigger("restore")
    panel = docker().panel
    yield lambda: "GB" in panel._forecast.text()
    return [panel._subject.text(), panel._forecast.text(), panel.server._sentence.text()]


def server_words(wish=None):
    """What the docker says of the server; first press its button if it stands for ``wish``."""
    trigger("restore")
    view = docker().panel.server
    if wish is not None:
        yield lambda: view._wish == wish
        view._button.click()
        yield lambda: view._wish != wish
    yield lambda: view._wish != ""
    return [view._sentence.text(), view._wish, view._button.text()]


def server_is(kind):
    """Wait until the server is so."""
    seen = []
    courier = plugin().courier
    courier.looked.connect(seen.append)
    try:
        while not seen or seen[-1].kind != kind:
            seen.clear()
            courier.look()
            yield lambda: bool(seen)
            yield 50
    finally:
        courier.looked.disconnect(seen.append)
    return True


def diagnostics():
    """What *Copy Diagnostics* puts into the clipboard."""
    clipboard = QtWidgets.QApplication.clipboard()
    clipboard.setText("")
    plugin().help("diagnose")
    yield lambda: clipboard.text() != ""
    return clipboard.text()


class _Pauses:
    """The longest pauses of the event loop, by phase."""

    def __init__(self):
        self.longest, self.phase, self._last = {}, "idle", time.perf_counter()
        self._timer = QtCore.QTimer()
        self._timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self._timer.start(10)

    def _beat(self):
        now = time.perf_counter()
        self.longest[self.phase] = max(self.longest.get(self.phase, 0.0), now - self._last)
        self._last = now

    def enter(self, phase):
        self._beat()
        self.phase = phase

    def stop(self):
        self._beat()
        self._timer.stop()
        return {phase: round(1000 * pause) for phase, pause in self.longest.items()}


def pauses(width, height, choices, stop_after=None):
    """The longest pauses in milliseconds of Krita's event loop in a run; cancelled after so many seconds of computing.

    The photo is noise on a gradient, made here, so that no file of that size has to be written and read.
    """
    doc = app.createDocument(width, height, "large", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    app.activeWindow().addView(doc)
    yield lambda: app.activeDocument() == doc and doc.activeNode() is not None
    layer = doc.activeNode()
    shade = time.time_ns() % 200  # the server has never seen it
    row = bytes(value for column in range(width) for value in (column * 255 // width, 40 + column % 7, shade, 255))
    layer.setPixelData(row * height, 0, 0, width, height)
    painted = doc.createNode("Damage", "paintlayer")
    painted.setPixelData(b"\xff\xff\xff\xff" * 3200, 1000, 1000, 80, 40)
    painted.setVisible(False)
    yield from add_layer(doc, painted, layer, active=layer)
    doc.refreshProjection()
    doc.waitForDone()
    choose(mask_source="layer", mask_layer=painted.uniqueId().toString(), **choices)
    docker().setVisible(True)
    yield 1000
    beats = _Pauses()
    yield 1000
    watch = Watch()
    beats.enter("reading")
    trigger("again")
    yield 0
    beats.enter("sending")
    yield from watch.computing()
    beats.enter("computing")
    if stop_after is not None:
        end = time.monotonic() + stop_after
        yield lambda: time.monotonic() > end or bool(watch.outcomes)
        longest = beats.stop()
        plugin().restorer.cancel()
        told = yield from watch.end()
        return {**told, "pauses": longest}
    restorer = plugin().restorer
    original = restorer._insert

    def measured(run_of):
        beats.enter("inserting")
        return original(run_of)

    restorer._insert = measured
    try:
        told = yield from watch.end()
        yield 3000
    finally:
        del restorer._insert
    return {**told, "pauses": beats.stop()}


def photographed(path, width=None, height=None):
    """A picture of the screen."""
    yield 300
    photograph(path)


def shortcuts():
    """Of each action of ours: its shortcut."""
    names = ["restore", "again", "find_scratches", "edited_mask", "server"]
    actions = {f"restore_old_photo_{name}": app.action(f"restore_old_photo_{name}") for name in names}
    return {name: action.shortcut().toString() for name, action in actions.items() if action is not None}


def leave():
    """Close Krita as its user does, once the answer is written."""
    QtCore.QTimer.singleShot(200, app.action("file_quit").trigger)
    return True

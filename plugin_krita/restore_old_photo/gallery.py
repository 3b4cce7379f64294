"""The layers of a run as they arrive, as small pictures."""

from __future__ import annotations

from .qt import Qt, QtCore, QtGui, QtWidgets
from .remote.editors.thumbnails import Thumbnail
from .remote.editors.translation import _

_ICON = 72


class Gallery(QtWidgets.QListWidget):
    """Small pictures with names below them; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setViewMode(QtWidgets.QListView.ViewMode.IconMode)
        self.setIconSize(QtCore.QSize(_ICON, _ICON))
        line = self.fontMetrics().lineSpacing()
        self.setGridSize(QtCore.QSize(_ICON + 24, _ICON + 2 * line + 8))
        self.setFixedHeight(_ICON + 2 * line + 18)
        self.setResizeMode(QtWidgets.QListView.ResizeMode.Adjust)
        self.setMovement(QtWidgets.QListView.Movement.Static)
        self.setSelectionMode(QtWidgets.QAbstractItemView.SelectionMode.NoSelection)
        self.setWordWrap(True)
        self.setAccessibleName(_("Layers that have arrived"))
        self.empty()

    def empty(self) -> None:
        """Show none."""
        self.clear()
        self.hide()

    def add(self, name: str, small: Thumbnail) -> None:
        """A layer has arrived."""
        item = QtWidgets.QListWidgetItem(QtGui.QIcon(_framed(small, self.palette())), name)
        item.setToolTip(name)
        self.addItem(item)
        self.show()
        self.scrollToItem(item)


def _framed(small: Thumbnail, palette: QtGui.QPalette) -> QtGui.QPixmap:
    """The picture on a plain ground and in a frame, so that a layer that is mostly transparent is seen as one."""
    image = QtGui.QImage(small.pixels, small.width, small.height, small.width * 4, QtGui.QImage.Format.Format_ARGB32)
    size = image.size().scaled(_ICON, _ICON, Qt.AspectRatioMode.KeepAspectRatio)
    ground = QtGui.QPixmap(size.expandedTo(QtCore.QSize(1, 1)))
    ground.fill(palette.color(QtGui.QPalette.ColorRole.Base))
    painter = QtGui.QPainter(ground)
    painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(ground.rect(), image)
    painter.setPen(palette.color(QtGui.QPalette.ColorRole.Mid))
    painter.drawRect(ground.rect().adjusted(0, 0, -1, -1))
    painter.end()
    return ground

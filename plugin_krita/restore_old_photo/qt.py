"""Qt 5 in Krita 5, Qt 6 in Krita 6. Enums are written in full everywhere, which both understand.

Whichever of the two Krita itself has loaded is taken: the other one may be installed on the same machine, and loading
it into the same process ends in a crash.
"""

from __future__ import annotations

import sys

if "PyQt6.QtCore" in sys.modules or "PyQt5.QtCore" not in sys.modules:
    try:
        from PyQt6 import QtCore, QtGui, QtWidgets
    except ImportError:
        from PyQt5 import QtCore, QtGui, QtWidgets
else:
    from PyQt5 import QtCore, QtGui, QtWidgets

Qt = QtCore.Qt
Signal = QtCore.pyqtSignal
#: Moved from one module to the other between Qt 5 and 6.
QAction = getattr(QtGui, "QAction", None) or QtWidgets.QAction

__all__ = ["QAction", "Qt", "QtCore", "QtGui", "QtWidgets", "Signal"]

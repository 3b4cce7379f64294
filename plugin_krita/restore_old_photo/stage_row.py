"""A stage in the docker: its switch, and a slider for its strength."""

from __future__ import annotations

from .qt import Qt, QtWidgets, Signal
from .remote.editors.choices import StageChoice
from .remote.editors.translation import _
from .remote.editors.words import stage_help, stage_label


class PercentSlider(QtWidgets.QWidget):
    """A slider from 0 to ``most`` percent, and its number.

    Signals:
        changed: the value, as a fraction.
    """

    changed = Signal(float)

    def __init__(self, name: str, most: int = 100) -> None:
        super().__init__()
        self._slider = QtWidgets.QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, most)
        self._slider.setAccessibleName(name)
        self._number = QtWidgets.QSpinBox()
        self._number.setRange(0, most)
        self._number.setSuffix("%")
        self._number.setAccessibleName(name)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._slider, 1)
        row.addWidget(self._number)
        self._slider.valueChanged.connect(self._number.setValue)
        self._number.valueChanged.connect(self._slider.setValue)
        self._slider.valueChanged.connect(lambda value: self.changed.emit(value / 100))

    @property
    def fraction(self) -> float:
        """What is shown: 1 is 100 percent."""
        return float(self._slider.value()) / 100

    def set_fraction(self, value: float) -> None:
        """Show a fraction."""
        self._slider.setValue(round(value * 100))


class StageRow(QtWidgets.QWidget):
    """A stage's switch and strength, and below them what else can be chosen for it.

    Signals:
        changed: switch or strength was.
    """

    changed = Signal()

    def __init__(self, stage: str) -> None:
        super().__init__()
        self._switch = QtWidgets.QCheckBox(stage_label(stage))
        self._switch.setToolTip(stage_help(stage))
        self._strength = PercentSlider(_("Strength of: {}").format(stage_label(stage)))
        self._strength.setToolTip(
            _("Strength: the opacity of the layers of this step. It can be changed afterwards, too.")
        )
        self._rows = growing_form()
        self._rows.setContentsMargins(20, 0, 0, 4)
        self._rows.addRow(_("Strength:"), self._strength)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._switch)
        column.addLayout(self._rows)
        self._switch.toggled.connect(self._strength.setEnabled)
        self._switch.toggled.connect(lambda _on: self.changed.emit())
        self._strength.changed.connect(lambda _value: self.changed.emit())

    def add(self, label: str, widget: QtWidgets.QWidget) -> None:
        """Add something else that can be chosen; without a label it takes the whole width."""
        if label:
            self._rows.addRow(label, widget)
        else:
            self._rows.addRow(widget)

    @property
    def choice(self) -> StageChoice:
        """What is shown."""
        return StageChoice(self._switch.isChecked(), self._strength.fraction)

    def show_choice(self, choice: StageChoice) -> None:
        """Show a choice."""
        self._switch.setChecked(choice.enabled)
        self._strength.set_fraction(choice.strength)
        self._strength.setEnabled(choice.enabled)


def growing_form() -> QtWidgets.QFormLayout:
    """Labels and fields; the fields take all the width there is."""
    form = QtWidgets.QFormLayout()
    form.setFieldGrowthPolicy(QtWidgets.QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    form.setVerticalSpacing(4)
    return form

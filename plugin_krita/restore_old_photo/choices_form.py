"""The part of the docker in which the user chooses what is done."""

from __future__ import annotations

from collections.abc import Sequence

from .guard import guarded
from .qt import QtWidgets, Signal
from .remote.editors.choices import DEVICES, MASK_SOURCES, PRESETS, STAGES, Choices
from .remote.editors.translation import _
from .remote.editors.words import device_label, mask_source_label, preset_label
from .stage_row import PercentSlider, StageRow, growing_form


class ChoicesForm(QtWidgets.QWidget):
    """Shows choices, and lets them be changed.

    Signals:
        changed: the user has changed something.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown_layer = ""
        self._showing = False
        self._stages: dict[str, StageRow] = {stage: StageRow(stage) for stage in STAGES}
        self._sensitivity = PercentSlider(_("Sensitivity"))
        self._sensitivity.setToolTip(
            _("How faint a scratch may be to be found. 50% is what the model was made for; more marks more.")
        )
        self._mask = _combo(MASK_SOURCES, mask_source_label)
        self._layer = QtWidgets.QComboBox()
        self._layer.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._layer.setAccessibleName(_("The painted layer"))
        self._own_mask = QtWidgets.QWidget()
        self._unite = QtWidgets.QCheckBox(_("Together with what is found automatically"))
        self._within = QtWidgets.QCheckBox(_("Work only within the selection"))
        self._within.setToolTip(_("If something is selected, everything outside it is left as it is."))
        self._always = QtWidgets.QCheckBox(_("Even if the photo seems to need nothing"))
        self._always.setToolTip(_("Restores tones, grain and sharpness of a photo that looks sound, too."))
        self._preset = _combo(PRESETS, preset_label)
        self._device = _combo(DEVICES, device_label)
        self._arrange()
        self._connect()

    @property
    def choices(self) -> Choices:
        """What is shown."""
        return Choices(
            **{stage: row.choice for stage, row in self._stages.items()},
            sensitivity=self._sensitivity.fraction,
            mask_source=self._mask.currentData(),
            mask_layer=self._shown_layer,
            unite=self._unite.isChecked(),
            within_selection=self._within.isChecked(),
            always=self._always.isChecked(),
            preset=self._preset.currentData(),
            device=self._device.currentData(),
        )

    def show_choices(self, choices: Choices) -> None:
        """Show choices; nobody is told that something changed."""
        self._showing = True
        for stage, row in self._stages.items():
            row.show_choice(choices.stage(stage))
        self._sensitivity.set_fraction(choices.sensitivity)
        _select(self._mask, choices.mask_source)
        self._shown_layer = choices.mask_layer
        self._layer.setCurrentIndex(self._layer.findData(choices.mask_layer))
        self._unite.setChecked(choices.unite)
        self._within.setChecked(choices.within_selection)
        self._always.setChecked(choices.always)
        _select(self._preset, choices.preset)
        _select(self._device, choices.device)
        self._adapt()
        self._showing = False

    def offer_layers(self, layers: Sequence[tuple[str, str]]) -> None:
        """The layers that may be the painted one: the id and the name of each. Nothing happens if they are the same."""
        offered = list(layers) or [("", _("(there is no other paint layer yet)"))]
        shown = [(self._layer.itemData(row), self._layer.itemText(row)) for row in range(self._layer.count())]
        if shown == offered:
            return
        self._showing = True
        self._layer.clear()
        for identity, name in offered:
            self._layer.addItem(name, identity)
        # What was chosen, or nothing: never another layer that happens to be the first.
        self._layer.setCurrentIndex(self._layer.findData(self._shown_layer) if layers else 0)
        self._showing = False

    def _arrange(self) -> None:
        scratches, quality = self._stages["scratches"], self._stages["quality"]
        scratches.add(_("Sensitivity:"), self._sensitivity)
        scratches.add(_("Damage:"), self._mask)
        column = QtWidgets.QVBoxLayout(self._own_mask)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._layer)
        column.addWidget(self._unite)
        scratches.add("", self._own_mask)
        quality.add("", self._always)
        form = growing_form()
        form.addRow(_("Models:"), self._preset)
        form.addRow(_("Compute on:"), self._device)
        column = QtWidgets.QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for row in self._stages.values():
            column.addWidget(row)
        column.addWidget(self._within)
        column.addLayout(form)

    def _connect(self) -> None:
        for row in self._stages.values():
            row.changed.connect(self._change)
        self._sensitivity.changed.connect(self._change)
        for combo in (self._mask, self._preset, self._device):
            combo.currentIndexChanged.connect(self._change)
        self._layer.activated.connect(self._choose_layer)
        for box in (self._unite, self._within, self._always):
            box.toggled.connect(self._change)

    @guarded
    def _change(self, *_args: object) -> None:
        self._adapt()
        if not self._showing:
            self.changed.emit()

    @guarded
    def _choose_layer(self, _row: int) -> None:
        self._shown_layer = self._layer.currentData() or ""
        self.changed.emit()

    def _adapt(self) -> None:
        """Only what means something now can be used."""
        source, scratches = self._mask.currentData(), self._stages["scratches"].choice.enabled
        self._mask.setEnabled(scratches)
        self._layer.setVisible(source == "layer")
        self._layer.setEnabled(scratches)
        self._own_mask.setVisible(source != "auto")
        self._unite.setEnabled(scratches)
        self._sensitivity.setEnabled(scratches and (source == "auto" or self._unite.isChecked()))
        self._within.setEnabled(not (scratches and source == "selection"))
        self._always.setEnabled(self._stages["quality"].choice.enabled)


def _combo(values: Sequence[str], label: object) -> QtWidgets.QComboBox:
    combo = QtWidgets.QComboBox()
    # As narrow as the docker: the text is cut rather than the docker widened.
    combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    for value in values:
        combo.addItem(label(value), value)  # type: ignore[operator]
    return combo


def _select(combo: QtWidgets.QComboBox, value: str) -> None:
    row = combo.findData(value)
    if row >= 0:
        combo.setCurrentIndex(row)

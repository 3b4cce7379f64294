"""The part of the docker in which the user chooses what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .guard import guarded
from .qt import QtWidgets, Signal
from .remote.editors.choices import (
    DEVICES,
    MASK_SOURCES,
    MOST_CANDIDATES,
    MOST_SATURATION,
    MOST_SEED,
    PRESETS,
    STAGES,
    Choices,
)
from .remote.editors.hints import NO_HINTS, hint_layer
from .remote.editors.translation import _
from .remote.editors.words import (
    candidates_help,
    device_label,
    hint_layer_help,
    mask_source_label,
    preset_label,
    saturation_help,
    seed_help,
)
from .stage_row import PercentSlider, StageRow, growing_form


class ChoicesForm(QtWidgets.QWidget):
    """Shows choices, and lets them be changed.

    Signals:
        changed: the user has changed something.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._shown_layer = self._chosen_hints = ""
        self._showing = False
        self._stages: dict[str, StageRow] = {stage: StageRow(stage) for stage in STAGES}
        self._sensitivity = PercentSlider(_("Sensitivity"))
        self._sensitivity.setToolTip(
            _("How faint a scratch may be to be found. 50% is what the model was made for; more marks more.")
        )
        self._mask = _combo(MASK_SOURCES, mask_source_label)
        self._layer = _combo()
        self._layer.setAccessibleName(_("The painted layer"))
        self._own_mask = QtWidgets.QWidget()
        self._unite = QtWidgets.QCheckBox(_("Together with what is found automatically"))
        self._within = QtWidgets.QCheckBox(_("Work only within the selection"))
        self._within.setToolTip(_("If something is selected, everything outside it is left as it is."))
        self._always = QtWidgets.QCheckBox(_("Even if the photo seems to need nothing"))
        self._always.setToolTip(_("Restores tones, grain and sharpness of a photo that looks sound, too."))
        self._candidates = _number(_("Candidates"), 1, MOST_CANDIDATES, candidates_help())
        self._seed = _number(_("Seed"), 0, MOST_SEED, seed_help())
        self._saturation = PercentSlider(_("Saturation"), round(100 * MOST_SATURATION))
        self._saturation.setToolTip(saturation_help())
        self._hints = _combo()
        self._hints.setAccessibleName(_("Colour hints"))
        self._hints.setToolTip(hint_layer_help())
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
            candidates=self._candidates.value(),
            seed=self._seed.value(),
            saturation=self._saturation.fraction,
            hint_layer=self._chosen_hints,
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
        self._candidates.setValue(choices.candidates)
        self._seed.setValue(choices.seed)
        self._saturation.set_fraction(choices.saturation)
        self._chosen_hints = choices.hint_layer
        self._show_hints()
        self._adapt()
        self._showing = False

    def offer_layers(self, layers: Sequence[tuple[str, str]]) -> None:
        """The layers that the user may have painted: the id and the name of each, from the top.

        Nothing happens if they are the same.
        """
        self._showing = True
        if _offer(self._layer, list(layers) or [("", _("(there is no other paint layer yet)"))]):
            # What was chosen, or nothing: never another layer that happens to be the first.
            self._layer.setCurrentIndex(self._layer.findData(self._shown_layer) if layers else 0)
        if _offer(self._hints, [(NO_HINTS, _("(none)")), *layers]):
            self._show_hints()
        self._showing = False

    def _show_hints(self) -> None:
        """Show the layer that will be taken: the chosen one, or one that is called so."""
        self._hints.setCurrentIndex(self._hints.findData(hint_layer(self._chosen_hints, self._offered_hints)))

    @property
    def _offered_hints(self) -> list[tuple[str, str]]:
        rows = range(1, self._hints.count())
        return [(self._hints.itemData(row), self._hints.itemText(row)) for row in rows]

    def _arrange(self) -> None:
        scratches, quality, inpainting, colour = (
            self._stages[stage] for stage in ("scratches", "quality", "inpainting", "colour")
        )
        scratches.add(_("Sensitivity:"), self._sensitivity)
        scratches.add(_("Damage:"), self._mask)
        column = QtWidgets.QVBoxLayout(self._own_mask)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._layer)
        column.addWidget(self._unite)
        scratches.add("", self._own_mask)
        quality.add("", self._always)
        inpainting.add(_("Candidates:"), self._candidates)
        inpainting.add(_("Seed:"), self._seed)
        colour.add(_("Saturation:"), self._saturation)
        colour.add(_("Colour hints:"), self._hints)
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
        for slider in (self._sensitivity, self._saturation):
            slider.changed.connect(self._change)
        for number in (self._candidates, self._seed):
            number.valueChanged.connect(self._change)
        for combo in (self._mask, self._preset, self._device):
            combo.currentIndexChanged.connect(self._change)
        self._layer.activated.connect(self._choose_layer)
        self._hints.activated.connect(self._choose_hints)
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

    @guarded
    def _choose_hints(self, _row: int) -> None:
        chosen = self._hints.currentData()
        # What comes unasked stays unasked: it is remembered, and another photo has another layer that is called so.
        self._chosen_hints = "" if chosen == hint_layer("", self._offered_hints) else chosen
        self.changed.emit()

    def _adapt(self) -> None:
        """Only what means something now can be used."""
        source = self._mask.currentData()
        on = {stage: row.choice.enabled for stage, row in self._stages.items()}
        damage = on["scratches"] or on["inpainting"]
        self._mask.setEnabled(damage)
        self._layer.setVisible(source == "layer")
        self._layer.setEnabled(damage)
        self._own_mask.setVisible(source != "auto")
        self._unite.setEnabled(damage)
        self._sensitivity.setEnabled(damage and (source == "auto" or self._unite.isChecked()))
        self._within.setEnabled(not (damage and source == "selection"))
        self._always.setEnabled(on["quality"])
        for widget in (self._candidates, self._seed):
            widget.setEnabled(on["inpainting"])
        for widget in (self._saturation, self._hints):
            widget.setEnabled(on["colour"])


def _number(name: str, least: int, most: int, tip: str) -> QtWidgets.QSpinBox:
    number = QtWidgets.QSpinBox()
    number.setRange(least, most)
    number.setAccessibleName(name)
    number.setToolTip(tip)
    return number


def _offer(combo: QtWidgets.QComboBox, offered: list[tuple[str, str]]) -> bool:
    """Put data and texts into a box; False if they are there already."""
    if [(combo.itemData(row), combo.itemText(row)) for row in range(combo.count())] == offered:
        return False
    combo.clear()
    for data, text in offered:
        combo.addItem(text, data)
    return True


def _combo(values: Sequence[str] = (), label: Any = None) -> QtWidgets.QComboBox:
    combo = QtWidgets.QComboBox()
    # As narrow as the docker: the text is cut rather than the docker widened.
    combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(12)
    for value in values:
        combo.addItem(label(value), value)
    return combo


def _select(combo: QtWidgets.QComboBox, value: str) -> None:
    row = combo.findData(value)
    if row >= 0:
        combo.setCurrentIndex(row)

"""The dialog: what can be chosen, how the server is, what a run will take, and what is damaged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gi

for _name, _version in (("Gtk", "3.0"), ("GimpUi", "3.0")):
    gi.require_version(_name, _version)

from gi.repository import GimpUi, GLib, GObject, Gtk  # noqa: E402 # the versions come first

from .arguments import LAYER_MASK, SOURCES  # noqa: E402
from .facts import Facts  # noqa: E402
from .preview import Preview  # noqa: E402
from .remote.editors.choices import DEVICES, PRESETS, STAGES, Choices  # noqa: E402
from .remote.editors.hints import NO_HINTS, hint_layer  # noqa: E402
from .remote.editors.translation import _  # noqa: E402
from .remote.editors.words import device_label, mask_source_label, preset_label, stage_label  # noqa: E402
from .restorer import Restorer  # noqa: E402
from .running import Cancelled  # noqa: E402

_BOTH_WAYS = GObject.BindingFlags.BIDIRECTIONAL | GObject.BindingFlags.SYNC_CREATE
_SPACE, _SCALE_WIDTH = 6, 260


def ask(procedure: Any, config: Any, restorer: Restorer, choices: Callable[[], Choices]) -> None:
    """Show the dialog; what is chosen is in ``config`` then.

    Args:
        procedure: what is asked about.
        config: its arguments.
        restorer: of the photo.
        choices: what the arguments mean to the procedure.

    Raises:
        Cancelled: the user has closed it.
    """
    GimpUi.init("restore-old-photo")
    dialog = RestoreDialog(procedure, config, restorer, choices)
    try:
        if not dialog.run():
            raise Cancelled
    finally:
        dialog.close()


class RestoreDialog:
    """The dialog of one procedure: it shows what that procedure can be told. Arguments: see ``ask``."""

    def __init__(self, procedure: Any, config: Any, restorer: Restorer, choices: Callable[[], Choices]) -> None:
        self._config, self._restorer = config, restorer
        self._offered: dict[str, list[str]] = {}
        self._names = {one.name for one in config.list_properties()}
        self._dialog = GimpUi.ProcedureDialog.new(procedure, config, _("Restore Old Photo"))
        self._preview = Preview(restorer, choices) if "sensitivity" in self._names else None
        self._left, self._right, self._table = _column(), _column(), _Table()
        for stage in STAGES:
            self._add_stage(stage)
        self._add_mask()
        self._add_place()
        _add(self._right, self._table.widget)
        for sentence in self._warnings():
            _add(self._right, _sentence(sentence))
        self._facts = Facts(restorer, choices)
        try:
            self._put_together()
        except BaseException:
            self._facts.close()  # its thread would live on
            raise
        self._watch = config.connect("notify", self._changed)

    def _put_together(self) -> None:
        _add(self._right, self._facts.widget)
        columns = Gtk.Box(spacing=3 * _SPACE, border_width=2 * _SPACE)
        columns.pack_start(self._left, False, False, 0)
        columns.pack_start(self._right, True, True, 0)
        if self._preview is not None:
            # Beside: below, it would make the dialog too high for small screens.
            columns.pack_start(self._preview.widget, False, False, 0)
        columns.show_all()
        self._dialog.get_content_area().pack_start(columns, True, True, 0)
        self._adapt()

    def run(self) -> bool:
        """True if the user wants it done."""
        return bool(self._dialog.run())

    def close(self) -> None:
        """Take it from the screen."""
        self._config.disconnect(self._watch)
        self._facts.close()
        if self._preview is not None:
            self._preview.close()
        self._dialog.destroy()
        while Gtk.events_pending():
            Gtk.main_iteration()

    def _warnings(self) -> list[str]:
        found = []
        if self._restorer.form.converted:
            found.append(_("The image has other than 8 or 16 bits: 16 bits are sent, and come back."))
        if self._restorer.form.grey:
            found.append(
                _("The image is grey and stays grey; the scratch mask is white in it, and it holds no colours.")
            )
        return found

    def _add_stage(self, stage: str) -> None:
        finds = stage == "scratches" and self._preview is not None
        if f"{stage}-strength" not in self._names:
            if finds:
                self._add_sensitivity(self._left)
            return
        inner = _column()
        _add(inner, self._scale(f"{stage}-strength"))
        if finds:
            self._add_sensitivity(inner)
        if stage == "quality":
            _add(inner, self._check("always"))
        if stage == "inpainting":
            self._add_candidates(inner)
        if stage == "colour":
            self._add_colour(inner)
        switch = stage in self._names
        frame = Gtk.Frame(shadow_type=Gtk.ShadowType.NONE)
        frame.set_label_widget(self._check(stage) if switch else _title(stage_label(stage)))
        inner.set_margin_start(3 * _SPACE)
        frame.add(inner)
        # All below each other would be too high for small screens.
        _add(self._right if stage == "colour" else self._left, frame)
        if switch:
            self._config.bind_property(stage, inner, "sensitive", GObject.BindingFlags.SYNC_CREATE)

    def _add_sensitivity(self, column: Any) -> None:
        assert self._preview is not None
        _add(column, self._scale("sensitivity"))
        _add(column, self._preview.button)

    def _add_candidates(self, column: Any) -> None:
        for name in ("candidates", "seed"):
            _add(column, self._dialog.get_widget(name, GimpUi.LabelSpin.__gtype__))

    def _add_colour(self, column: Any) -> None:
        names = dict.fromkeys(layer.get_name() for layer in self._restorer.other_layers)
        meant = hint_layer("", [(name, name) for name in names])
        # Empty, which is remembered for other images, too, is the layer that is called so, or none.
        words = [("", _("(none)"))] if meant == NO_HINTS else [("", meant), (NO_HINTS, _("(none)"))]
        words += [(name, name) for name in names if name != meant]
        table = _Table()
        table.add(self._label("hint-layer"), self._words("hint-layer", words))
        _add(column, self._scale("saturation"))
        _add(column, table.widget)

    def _add_mask(self) -> None:
        if "mask-source" not in self._names:
            return
        layers = [layer.get_name() for layer in self._restorer.other_layers]
        self._has_layers = bool(layers)
        sources = [(source, _source_label(source)) for source in SOURCES]
        names = [(name, name) for name in layers] or [("", _("(there is no other layer yet)"))]
        self._sources = self._table.add(self._label("mask-source"), self._words("mask-source", sources))
        self._layers = self._table.add(self._label("mask-layer"), self._words("mask-layer", names))
        self._unite = self._table.add(None, self._check("unite"))

    def _add_place(self) -> None:
        self._table.add(None, self._check("within-selection"))
        presets = self._words("preset", [(preset, preset_label(preset)) for preset in PRESETS])
        devices = self._words("device", [(device, device_label(device)) for device in DEVICES])
        self._table.add(self._label("preset"), presets)
        self._table.add(self._label("device"), devices)

    def _label(self, name: str) -> str:
        return str(self._config.find_property(name).nick) + ":"

    def _check(self, name: str) -> Any:
        return self._dialog.get_widget(name, Gtk.CheckButton.__gtype__)

    def _scale(self, name: str) -> Any:
        scale = self._dialog.get_spin_scale(name, 1.0)
        scale.set_size_request(_SCALE_WIDTH, -1)
        return scale

    def _words(self, name: str, values: list[tuple[str, str]]) -> Any:
        """A box with words to choose from, for an argument that is text."""
        combo = Gtk.ComboBoxText()
        for value, label in values:
            combo.append(value, label)
        combo.set_tooltip_text(self._config.find_property(name).get_blurb())
        self._offered[name] = [value for value, _label in values]
        self._offer(name)  # what was remembered may be of another image, or of another version
        self._config.bind_property(name, combo, "active-id", _BOTH_WAYS)
        return combo

    def _offer(self, name: str) -> None:
        """Put the first word that can be chosen where there is another one."""
        if self._config.get_property(name) not in self._offered[name]:
            self._config.set_property(name, self._offered[name][0])

    def _changed(self, _config: Any, changed: Any) -> None:
        if changed.name in self._offered:
            self._offer(changed.name)  # “Reset” knows nothing of the layers that there are
        self._adapt()
        self._facts.look_soon()

    def _adapt(self) -> None:
        """Only what means something now can be used."""
        if "mask-source" not in self._names:
            return
        source = self._config.get_property("mask-source")
        damage = self._config.get_property("scratches") or self._config.get_property("inpainting")
        self._sources.set_sensitive(damage)
        self._layers.set_visible(source == "layer")
        self._layers.set_sensitive(damage and self._has_layers)
        self._unite.set_sensitive(damage and source != "auto")


def _source_label(source: str) -> str:
    return _("The layer mask") if source == LAYER_MASK else mask_source_label(source)


def _column() -> Any:
    return Gtk.Box(orientation=Gtk.Orientation.VERTICAL, spacing=_SPACE)


def _add(column: Any, widget: Any) -> None:
    column.pack_start(widget, False, False, 0)


class _Row:
    """A line of a table: what is done to its ``widget`` is done to its label, too."""

    def __init__(self, widget: Any, label: Any | None) -> None:
        self.widget = widget
        self._parts = [widget] if label is None else [widget, label]

    def set_sensitive(self, yes: bool) -> None:
        for part in self._parts:
            part.set_sensitive(yes)

    def set_visible(self, yes: bool) -> None:
        for part in self._parts:
            part.set_visible(yes)


class _Table:
    """Labels, and beside them what they are about, one below the other."""

    def __init__(self) -> None:
        self.widget = Gtk.Grid(row_spacing=_SPACE, column_spacing=2 * _SPACE)
        self._rows = 0

    def add(self, text: str | None, widget: Any) -> _Row:
        """Another line; without a text the widget takes all of it."""
        widget.set_hexpand(True)
        label = None
        if text is None:
            self.widget.attach(widget, 0, self._rows, 2, 1)
        else:
            label = Gtk.Label(label=text, use_underline=True, mnemonic_widget=widget, xalign=0)
            self.widget.attach(label, 0, self._rows, 1, 1)
            self.widget.attach(widget, 1, self._rows, 1, 1)
        self._rows += 1
        return _Row(widget, label)


def _title(text: str) -> Any:
    return Gtk.Label(label=f"<b>{GLib.markup_escape_text(text)}</b>", use_markup=True)


def _sentence(text: str) -> Any:
    return Gtk.Label(label=text, xalign=0, wrap=True, max_width_chars=40)

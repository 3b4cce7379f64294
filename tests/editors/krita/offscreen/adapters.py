"""Run by kritarunner: the plug-in's adapters on documents without a window. Writes what it saw as JSON."""

from __future__ import annotations

import json
import os
import struct
import traceback
from pathlib import Path

from krita import Krita

GREY, SRGB = "Gray-D50-elle-V2-srgbtrc.icc", "sRGB-elle-V2-srgbtrc.icc"

SPACES = [
    ("RGBA", "U8", SRGB),
    ("RGBA", "U16", SRGB),
    ("RGBA", "U8", "ClayRGB-elle-V2-g22.icc"),
    ("RGBA", "U16", "sRGB-elle-V2-g10.icc"),
    ("RGBA", "F16", "sRGB-elle-V2-g10.icc"),
    ("RGBA", "F32", "scRGB (linear)"),
    ("GRAYA", "U8", GREY),
    ("GRAYA", "U16", GREY),
    ("GRAYA", "U16", "Gray-D50-elle-V2-g10.icc"),
    ("GRAYA", "F32", "Gray-D50-elle-V2-g10.icc"),
    ("LABA", "U16", "Lab identity built-in"),
]
#: Encoded values, of the 65535 of the travelling form.
RAMP = list(range(0, 65536, 4369))


def there_and_back(model: str, depth: str, profile: str) -> dict:
    """A ramp as a layer that came back, in the layer's own space, and read again as it travels."""
    from restore_old_photo.colour_spaces import Space, travelling_form
    from restore_old_photo.insertion import Returned, make_layer
    from restore_old_photo.qt import QtCore
    from restore_old_photo.reading import Box, own_space, read_pixels

    own = Space(model, depth, profile)
    form = travelling_form(own)
    doc = Krita.instance().createDocument(len(RAMP), 1, "t", model, depth, profile, 72.0)
    channels = 2 if form.layout == "GRAYA" else 4
    values = [value for one in RAMP for value in (*[one] * (channels - 1), 65535)]
    sent = [value >> 8 if form.bits == 8 else value for value in values]
    kind = f"<{len(sent)}{'B' if form.bits == 8 else 'H'}"
    pixels = struct.pack(kind, *sent)
    returned = Returned(
        0, "x", form.layout, 3, 2, len(RAMP), 1, "color", 0.4, False, "", QtCore.QByteArray(pixels), pixels
    )
    layer = make_layer(doc, returned, form, own, 10, 20)
    read = bytes(read_pixels(doc, layer, Box(13, 22, len(RAMP), 1), form.space))
    step = 257 if form.bits == 8 else 1
    bounds = layer.bounds()
    return {
        "space": list(vars(own_space(layer)).values()),
        "form": [form.layout, form.bits],
        "far": step * max(abs(a - b) for a, b in zip(struct.unpack(kind, read), sent, strict=True)),
        "bounds": [bounds.x(), bounds.y(), bounds.width(), bounds.height()],
        "blend": layer.blendingMode(),
        "opacity": layer.opacity(),
        "visible": layer.visible(),
    }


def masks() -> dict:
    """What painted layers mean as masks."""
    from restore_old_photo.damage import _painted
    from restore_old_photo.reading import Box
    from restore_old_photo.remote.editors.refusal import Refusal

    doc = Krita.instance().createDocument(4, 1, "t", "RGBA", "U8", SRGB, 72.0)
    box = Box(0, 0, 4, 1)

    def mask_of(pixels: bytes) -> list[int] | str:
        layer = doc.createNode("painted", "paintlayer")
        layer.setPixelData(pixels, 0, 0, 4, 1)
        try:
            return list(_painted(doc, layer, box))
        except Refusal as why:
            return str(why)

    return {
        "transparent": mask_of(b"\x00\x00\x00\x00" + b"\x10\x20\x30\x80" + b"\xff\xff\xff\xff" + b"\x00\x00\x00\xff"),
        "opaque": mask_of(b"\x00\x00\x00\xff" + b"\xff\xff\xff\xff" + b"\x40\x40\x40\xff" + b"\xd0\xd0\xd0\xff"),
        "empty": mask_of(bytes(16)),
        "black": mask_of(b"\x00\x00\x00\xff" * 4),
    }


def main(_arguments: object) -> None:
    try:
        result = {"spaces": {" ".join(one): there_and_back(*one) for one in SPACES}, "masks": masks(), "failure": None}
    except BaseException:
        result = {"failure": traceback.format_exc()}
    Path(os.environ["RESTORE_OLD_PHOTO_RESULT"]).write_text(json.dumps(result))
    os._exit(0)

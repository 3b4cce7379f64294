"""Scenarios in which holes are filled and colours are painted."""

import sys
from pathlib import Path

from gi.repository import Gegl, Gimp

sys.path.insert(0, str(Path(sys._getframe().f_code.co_filename).parent))  # this is no file that was imported

from calls import RESTORE, call, layer_named, main, opened, save, save_seen, tree

AGAIN = f"{RESTORE}-from-mask"


def _painted(image, name, box, rgba):
    """A hidden layer on top of all, with a patch in one colour."""
    width, height = image.get_width(), image.get_height()
    layer = Gimp.Layer.new(image, name, width, height, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(layer, None, 0)
    layer.set_visible(False)
    _paint(layer, box, rgba)
    return layer


def _paint(layer, box, rgba):
    left, top, width, height = box
    layer.get_buffer().set(Gegl.Rectangle.new(left, top, width, height), "R'G'B'A u8", bytes(rgba) * (width * height))
    layer.get_buffer().flush()


def candidates(photo, folder):
    """Fill a hole in three ways; choose a candidate, and restart from the mask with a layer of one's own in there."""
    image, layer = opened(photo)
    _painted(image, "Damage", (40, 40, 60, 60), (255, 255, 255, 255))
    damage = {"mask_source": "layer", "mask_layer": "Damage"}
    first = call(image, [layer], candidates=3, **damage)
    save_seen(image, f"{folder}/seen", "R'G'B' u8")
    made = tree(image.get_layers())
    own = Gimp.Layer.new(image, "My retouching", 10, 10, Gimp.ImageType.RGBA_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
    image.insert_layer(own, layer_named(image, "Candidates"), 0)
    second = call(image, [layer_named(image, "Candidate 2")], name=AGAIN, candidates=2, seed=7)
    return {"runs": [first, second], "made": made, "again": tree(image.get_layers())}


def coloured(photo, folder, modes=()):
    """Colour with a stroke on a layer that is called so; what is seen in other blend modes, too."""
    image, layer = opened(photo)
    hints = _painted(image, "Colour hints", (40, 150, 40, 40), (40, 60, 200, 255))
    told = call(image, [layer], colour=True, faces=False)
    made = tree(image.get_layers())
    save_seen(image, f"{folder}/seen", "R'G'B' u8")
    colour = layer_named(image, "Colour")
    save(colour, f"{folder}/colour", "R'G'B'A u8")
    for mode in modes:
        colour.set_mode(getattr(Gimp.LayerMode, mode))
        save_seen(image, f"{folder}/{mode}", "R'G'B' u8")
    for name in ("Restored", "Scratch repair"):
        layer_named(image, name).set_visible(False)
    save_seen(image, f"{folder}/colour_alone", "R'G'B' u8")
    _paint(hints, (180, 150, 40, 40), (200, 60, 40, 255))
    save(hints, f"{folder}/strokes", "R'G'B'A u8")
    again = call(image, [layer], colour=True, faces=False, hint_layer="Colour hints")
    save(layer_named(image, "Colour #1") or layer_named(image, "Colour"), f"{folder}/second", "R'G'B'A u8")
    without = call(image, [layer], colour=True, faces=False, hint_layer="none")
    return {"runs": [told, again, without], "made": made, "top": [one.get_name() for one in image.get_layers()]}


def refused(case, photo):
    """What is said when nothing can be coloured."""
    image, layer = opened(photo)
    arguments = {"colour": True}
    if case == "no hints":
        arguments["hint_layer"] = "nobody"
    elif case == "opaque hints":
        opaque = Gimp.Layer.new(image, "Opaque", 20, 20, Gimp.ImageType.RGB_IMAGE, 100.0, Gimp.LayerMode.NORMAL)
        image.insert_layer(opaque, None, 0)
        arguments["hint_layer"] = "Opaque"
    before = tree(image.get_layers())
    told = call(image, [layer], **arguments)
    assert tree(image.get_layers()) == before
    return told


if __name__ == "__main__":
    main(globals())

"""Scenarios: what a script does in GIMP. Run by GIMP's own Python, which is given the order's path as argument."""

import hashlib
import json
import sys
import time
import traceback
from pathlib import Path

from gi.repository import Babl, Gegl, Gimp, Gio

RESTORE = "plug-in-restore-old-photo"


def opened(path):
    """The image in a file, and its layer."""
    image = Gimp.file_load(Gimp.RunMode.NONINTERACTIVE, Gio.File.new_for_path(path))
    return image, image.get_layers()[0]


def call(image, drawables, name=RESTORE, mode="NONINTERACTIVE", **arguments):
    """Call a procedure: its status, its message, and how long it took."""
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    config.set_property("run-mode", getattr(Gimp.RunMode, mode))
    config.set_property("image", image)
    config.set_core_object_array("drawables", drawables)
    for argument, value in arguments.items():
        config.set_property(argument.replace("_", "-"), value)
    began = time.monotonic()
    values = procedure.run(config)
    status = values.index(0)
    message = "" if status == Gimp.PDBStatusType.SUCCESS else Gimp.get_pdb().get_last_error()
    return {"status": status.value_name, "message": message, "seconds": time.monotonic() - began}


def tree(layers):
    """Layers, the topmost first: plain data."""
    found = []
    for layer in layers:
        _ok, x, y = layer.get_offsets()
        found.append(
            {
                "name": layer.get_name(),
                "group": layer.is_group(),
                "visible": layer.get_visible(),
                "opacity": layer.get_opacity(),
                "mode": layer.get_mode().value_name,
                "box": [x, y, layer.get_width(), layer.get_height()],
                "format": Babl.get_name(layer.get_format()).split("-space")[0],
                "children": tree(layer.get_children()) if layer.is_group() else [],
            }
        )
    return found


def save(drawable, path, encoding=None):
    """A drawable's own bytes, or those of an encoding in its own space."""
    name = None if encoding is None else Babl.get_name(Babl.format_with_space(encoding, drawable.get_format()))
    whole = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    Path(path).write_bytes(bytes(drawable.get_buffer().get(whole, 1.0, name, Gegl.AbyssPolicy.NONE)))


def save_seen(image, path, encoding):
    """What is seen of an image."""
    copy = image.duplicate()
    save(copy.flatten(), path, encoding)
    copy.delete()


def digest(drawable):
    """Names a drawable's own bytes."""
    whole = Gegl.Rectangle.new(0, 0, drawable.get_width(), drawable.get_height())
    return hashlib.sha256(drawable.get_buffer().get(whole, 1.0, None, Gegl.AbyssPolicy.NONE)).hexdigest()


def layer_named(image, name):
    """The layer of this name, wherever it is."""
    return image.get_layer_by_name(name)


# ---------------------------------------------------------------------------------------------------------------------


def restored(photo, folder, encoding="R'G'B' u8", **arguments):
    image, layer = opened(photo)
    save(layer, f"{folder}/before")
    told = call(image, [layer], **arguments)
    save(layer, f"{folder}/after")
    save_seen(image, f"{folder}/seen", encoding)
    for one in image.get_layers():
        for child in one.get_children() if one.is_group() else []:
            save(child, f"{folder}/{child.get_name()}")
    return {**told, "tree": tree(image.get_layers())}


def in_precision(photo, folder, precision, profile=None):
    """Convert the image, restore, and save what is seen, in 16 bits."""
    image, layer = opened(photo)
    if profile == "adobe":
        image.convert_color_profile(
            Gimp.ColorProfile.new_rgb_adobe(), Gimp.ColorRenderingIntent.RELATIVE_COLORIMETRIC, False
        )
        Path(folder, "profile").write_bytes(bytes(image.get_color_profile().get_icc_profile()))
    image.convert_precision(getattr(Gimp.Precision, precision))
    layer = image.get_layers()[0]
    save(layer, f"{folder}/before")
    save(layer, f"{folder}/source", "R'G'B' u16")
    told = call(image, [layer], scratches=False, inpainting=False, faces=False, always=True)
    save(layer, f"{folder}/after")
    save_seen(image, f"{folder}/seen", "R'G'B' u16")
    return {**told, "tree": tree(image.get_layers()), "precision": image.get_precision().value_name}


def offset(photo, folder, x, y):
    image, layer = opened(photo)
    layer.set_offsets(x, y)
    told = call(image, [layer])
    save(layer_named(image, "Restored"), f"{folder}/restored", "R'G'B' u8")
    return {**told, "tree": tree(image.get_layers())}


def masked(photo, folder, source, **arguments):
    """Damage at 100,50 with 60x40 pixels, said in one of several ways; the layer lies at 30,20."""
    image, layer = opened(photo)
    layer.set_offsets(30, 20)
    box = (130, 70, 60, 40)
    if source == "selection":
        image.select_rectangle(Gimp.ChannelOps.REPLACE, *box)
    elif source == "layer-mask":
        mask = layer.create_mask(Gimp.AddMaskType.BLACK)
        layer.add_mask(mask)
        patch = Gegl.Rectangle.new(100, 50, 60, 40)
        mask.get_buffer().set(patch, "Y u8", b"\xff" * 2400)
        mask.get_buffer().flush()
    else:
        kind = Gimp.ImageType.RGBA_IMAGE
        painted = Gimp.Layer.new(image, "Damage", 200, 100, kind, 100.0, Gimp.LayerMode.NORMAL)
        image.insert_layer(painted, None, 0)
        painted.set_offsets(110, 40)
        painted.get_buffer().set(Gegl.Rectangle.new(20, 30, 60, 40), "R'G'B'A u8", b"\x00\x00\x00\xff" * 2400)
        painted.get_buffer().flush()
        arguments["mask_layer"] = "Damage"
    told = call(image, [layer], mask_source=source, **arguments)
    save(layer_named(image, "Scratch mask"), f"{folder}/mask", "R'G'B'A u8")
    return {**told, "tree": tree(image.get_layers())}


def within_selection(photo, folder):
    image, layer = opened(photo)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 64, 32, 128, 96)
    told = call(image, [layer])
    return {**told, "tree": tree(image.get_layers())}


def found_and_restarted(photo, folder):
    """Find scratches; paint a bar of damage, erase all else; restart; and once more with the group active."""
    image, layer = opened(photo)
    first = call(image, [layer], name=f"{RESTORE}-find-scratches")
    found = tree(image.get_layers())
    mask = layer_named(image, "Scratch mask")
    width, height = mask.get_width(), mask.get_height()
    square = bytearray(4 * width * height)
    for row in range(100, 124):
        start = 4 * (row * width + 200)
        square[start : start + 160] = b"\xff\x00\x00\xff" * 40
    mask.get_buffer().set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A u8", bytes(square))
    mask.get_buffer().flush()
    image.get_layers()[0].set_name("renamed")
    second = call(image, [layer], name=f"{RESTORE}-from-mask")
    restarted = tree(image.get_layers())
    save(layer_named(image, "Scratch repair"), f"{folder}/repair", "R'G'B'A u8")
    _ok, x, y = layer_named(image, "Scratch repair").get_offsets()
    third = call(image, [image.get_layers()[0]])
    return {
        "runs": [first, second, third],
        "found": found,
        "restarted": restarted,
        "again": [one.get_name() for one in image.get_layers()],
        "repair_at": [x, y],
    }


def refused(case, photo):
    """What is said when nothing can be restored; the layers before and after."""
    image, layer = opened(photo)
    drawables, arguments, name = [layer], {}, RESTORE
    if case == "indexed":
        image.convert_indexed(Gimp.ConvertDitherType.NONE, Gimp.ConvertPaletteType.GENERATE, 16, False, False, "")
        drawables = [image.get_layers()[0]]
    elif case == "two layers":
        copy = layer.copy()
        image.insert_layer(copy, None, 0)
        drawables = [layer, copy]
    elif case == "no layer":
        drawables = []
    elif case == "all off":
        arguments = {"scratches": False, "quality": False, "inpainting": False, "faces": False}
    elif case == "no selection":
        arguments = {"mask_source": "selection"}
    elif case == "selection elsewhere":
        layer.set_offsets(5000, 5000)
        image.select_rectangle(Gimp.ChannelOps.REPLACE, 1, 1, 10, 10)
    elif case == "no layer mask":
        arguments = {"mask_source": "layer-mask"}
    elif case == "no painted layer":
        arguments = {"mask_source": "layer", "mask_layer": "nobody"}
    elif case == "painted layer is the photo":
        arguments = {"mask_source": "layer", "mask_layer": layer.get_name()}
    elif case == "unknown word":
        arguments = {"mask_source": "guess"}
    elif case == "unknown preset":
        arguments = {"preset": "enormous"}
    elif case == "no edited mask":
        name = f"{RESTORE}-from-mask"
    before = tree(image.get_layers())
    told = call(image, drawables, name=name, **arguments)
    assert tree(image.get_layers()) == before
    return told


def plain(photo, **arguments):
    image, layer = opened(photo)
    told = call(image, [layer], **arguments)
    return {**told, "names": [one.get_name() for one in image.get_layers()]}


def numbers_out_of_range(photo):
    """GIMP itself puts the default there; what comes of it."""
    image, layer = opened(photo)
    told = call(image, [layer], quality_strength=400.0)
    return {**told, "opacity": layer_named(image, "Restored").get_opacity()}


def arguments_of():
    """The arguments of each procedure: name, default, range and help."""
    found = {}
    for suffix in ("", "-find-scratches", "-from-mask"):
        procedure = Gimp.get_pdb().lookup_procedure(RESTORE + suffix)
        found[RESTORE + suffix] = {
            "menu": list(procedure.get_menu_paths()),
            "label": procedure.get_menu_label(),
            "arguments": {
                one.name: [one.get_blurb(), getattr(one, "minimum", None), getattr(one, "maximum", None)]
                for one in procedure.get_arguments()
            },
        }
    return found


def kinds_of_arguments():
    """The arguments of each procedure: type, range, default and help."""
    return {
        RESTORE + suffix: {
            one.name: {
                "kind": one.value_type.name,
                "least": getattr(one, "minimum", None),
                "most": getattr(one, "maximum", None),
                "default": one.get_default_value(),
                "blurb": one.get_blurb(),
            }
            for one in Gimp.get_pdb().lookup_procedure(RESTORE + suffix).get_arguments()
            if one.name not in ("run-mode", "image", "drawables")
        }
        for suffix in ("", "-find-scratches", "-from-mask")
    }


def tree_of(path):
    """The layers of a file."""
    image, _layer = opened(path)
    return tree(image.get_layers())


def with_window(photo, state, arguments):
    """Show the image, call the procedure with its dialog, and say what came of it; the window stays."""
    image, layer = opened(photo)
    Gimp.Display.new(image)
    before = digest(layer)
    Path(state).write_text("calling")
    told = call(image, [layer], mode="INTERACTIVE", **arguments)
    Gimp.displays_flush()
    layers = tree(image.get_layers())  # GIMP itself has answered
    return {**told, "free_at": time.time(), "tree": layers, "same": digest(layer) == before}


def with_window_then_undo(photo, state):
    """The same, with last values and no dialog; then wait until the test has pressed the keys for undo and redo."""
    image, layer = opened(photo)
    Gimp.Display.new(image)
    told = call(image, [layer])
    Gimp.displays_flush()
    seen = [len(image.get_layers())]
    Path(state).write_text("restored")
    for count in (1, 2):
        end = time.monotonic() + 20
        while len(image.get_layers()) != count and time.monotonic() < end:
            time.sleep(0.1)
        seen.append(len(image.get_layers()))
        Path(state).write_text(f"seen {count}")
    return {**told, "seen": seen}


def main(functions):
    """Do what the order says, with one of these."""
    order = json.loads(Path(sys.argv[0]).read_text())
    try:
        answer = {"value": functions[order["function"]](**order["arguments"]), "failure": None}
    except BaseException:
        answer = {"value": None, "failure": traceback.format_exc()}
    part = Path(order["result"] + ".part")
    part.write_text(json.dumps(answer))
    part.rename(order["result"])


if __name__ == "__main__":  # other files of scenarios import this one
    main(globals())

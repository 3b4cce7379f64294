"""Scenarios in which the user changes the image: the mask before a run, and anything in the midst of one."""

import sys
from pathlib import Path

from gi.repository import Gegl, Gimp

sys.path.insert(0, str(Path(sys._getframe().f_code.co_filename).parent))  # this is no file that was imported

from calls import RESTORE, call, layer_named, main, opened, save, tree

FIND, AGAIN = f"{RESTORE}-find-scratches", f"{RESTORE}-from-mask"


def paint(mask, left=200, top=100):
    """A bar of damage, 40 pixels wide and too narrow for a hole, and nothing else."""
    width, height = mask.get_width(), mask.get_height()
    square = bytearray(4 * width * height)
    for row in range(top, top + 24):
        start = 4 * (row * width + left)
        square[start : start + 160] = b"\xff\x00\x00\xff" * 40
    mask.get_buffer().set(Gegl.Rectangle.new(0, 0, width, height), "R'G'B'A u8", bytes(square))
    mask.get_buffer().flush()


def shown(image):
    """The topmost layers: name, whether it is seen, and the names in it, without the number of one that was taken."""
    found = []
    for one in image.get_layers():
        children = one.get_children() if one.is_group() else []
        found.append([one.get_name(), one.get_visible(), [child.get_name().split(" #")[0] for child in children]])
    return found


def plug_in():
    """The plug-in's own package, in this process: only so can something happen in the midst of a run."""
    folder = str(Path(Gimp.directory()) / "plug-ins/restore_old_photo")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from restore_old_photo_gimp import restorer

    return restorer


def disturbed(image, drawable, disturb=lambda: None, before=lambda: None, finds=False, **choices):
    """A run; what it says. ``before`` happens while the dialog is open, ``disturb`` when the result has come."""
    from restore_old_photo_gimp.headless import wait
    from restore_old_photo_gimp.remote.editors.choices import Choices, StageChoice

    choices = Choices(faces=StageChoice(enabled=False), **choices)  # nothing is said about faces
    restorer = plug_in().Restorer(image, [drawable], finds=finds)
    before()

    def waiting(run):
        wait(run)
        disturb()

    try:
        return restorer.restore(choices, waiting)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def with_mask(photo):
    """An image with a painted scratch mask: image, photo, group, mask."""
    image, layer = opened(photo)
    assert call(image, [layer], name=FIND)["status"] == "GIMP_PDB_SUCCESS"
    mask = layer_named(image, "Scratch mask")
    paint(mask)
    return image, layer, mask.get_parent(), mask


# ---------------------------------------------------------------------------------------------------------------------


def leftover_selection(photo):
    """Something is selected far from the painted damage."""
    image, layer, _group, _mask = with_mask(photo)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 5, 5, 20, 20)
    plug_in()
    from restore_old_photo_gimp.remote.editors.choices import Choices

    restorer = plug_in().Restorer(image, [layer])
    asked = {
        source: restorer.settings(Choices(mask_source=source), masked=source != "auto").get("region")
        for source in ("auto", "selection", "edited")
    }
    told = call(image, [layer], name=AGAIN)
    return {**told, "asked": asked, "tree": tree(image.get_layers())}


def painted_and_run(photo, finds):
    """A painted mask, and then a run that does not use it; then one that does."""
    image, layer, group, mask = with_mask(photo)
    plug_in()
    said = disturbed(image, layer, finds=finds)
    after = shown(image)
    same = group.is_valid() and mask.is_valid()
    told = call(image, [mask], name=AGAIN)
    return {"said": said, "after": after, "same": same, "again": told["status"], "end": shown(image)}


def not_painted_and_run(photo):
    image, layer = opened(photo)
    call(image, [layer], name=FIND)
    call(image, [layer], name=FIND)
    twice = shown(image)
    call(image, [layer])
    return {"twice": twice, "end": shown(image)}


def painted_meanwhile(photo):
    image, layer, group, mask = with_mask(photo)
    plug_in()
    said = disturbed(image, layer, lambda: paint(mask, 20, 20), mask_source="edited")
    return {"said": said, "after": shown(image), "kept": mask.is_valid() and not group.get_visible()}


def photo_in_the_group(photo):
    image, layer, group, _mask = with_mask(photo)
    image.reorder_item(layer, group, 1)
    plug_in()
    said = disturbed(image, layer, mask_source="edited")
    return {"said": said, "after": shown(image), "photo": layer.is_valid(), "visible": group.get_visible()}


def own_layers(photo):
    """Layers of the user's at all heights of a result, one of them a copy of one of ours; then the mask is used."""
    image, layer = opened(photo)
    call(image, [layer])
    group = image.get_layers()[0]

    def added(made, name, place):
        image.insert_layer(made, group, place)
        made.set_name(name)
        return made

    def new(name, place):
        made = Gimp.Layer.new(image, name, 50, 40, Gimp.ImageType.RGBA_IMAGE, 70.0, Gimp.LayerMode.NORMAL)
        return added(made, name, place)

    copy = added(layer_named(image, "Restored").copy(), "copy", 3)
    own = [new("below", 4), new("between", 1), new("retouched", 0), copy]
    before = shown(image)[0][2]
    told = call(image, [layer], name=AGAIN)
    after = [one[2] for one in shown(image)]
    kept = all(one.is_valid() for one in own) and own[0].get_opacity() == 70.0
    return {**told, "before": before, "after": after, "kept": kept, "old": group.is_valid()}


def copied_group(photo):
    """The group was duplicated, and the copy lies above it: only the group itself is known."""
    image, layer = opened(photo)
    call(image, [layer], name=FIND)
    group = image.get_layers()[0]
    copy = group.copy()
    image.insert_layer(copy, None, 0)
    call(image, [layer])
    return {"copy": copy.is_valid(), "group": group.is_valid(), "after": shown(image)}


def several_groups(photo):
    """The topmost group has no mask: that of the one below is meant; and the chosen one before the topmost."""
    image, layer, group, _mask = with_mask(photo)
    call(image, [layer], scratches=False, inpainting=False)
    first = shown(image)
    told = call(image, [image.get_layers()[0]], name=AGAIN)
    used = not group.is_valid()
    paint(layer_named(image, "Scratch mask"))
    older = layer_named(image, "Scratch mask").get_parent()
    call(image, [layer], name=FIND)
    newer = image.get_layers()[0]
    second = call(image, [older], name=AGAIN)
    return {
        "runs": [told["status"], second["status"]],
        "first": first,
        "used": used,
        "chosen": [older.is_valid(), newer.is_valid()],
    }


def changed(photo, change, before=False):
    """The photo is changed during the run, or before it, while the dialog is open."""
    image, layer = opened(photo)
    layer.set_name("photo")
    plug_in()
    does = {
        "moved": lambda: layer.set_offsets(10, 20),
        "scaled": lambda: layer.scale(100, 100, False),
        "deleted": lambda: image.remove_layer(layer),
        "grey": image.convert_grayscale,
        "closed": image.delete,
    }[change]
    said = disturbed(image, layer, **{"before" if before else "disturb": does})
    return {"said": said, "tree": tree(image.get_layers()) if image.is_valid() else None}


def group_replaced_is_gone(photo):
    image, layer, group, _mask = with_mask(photo)
    plug_in()
    said = disturbed(image, layer, lambda: image.remove_layer(group), mask_source="edited")
    return {"said": said, "after": shown(image)}


def failing(photo, what):
    """Something fails while layers are inserted."""
    image, layer, group, _mask = with_mask(photo)
    image.insert_layer(
        Gimp.Layer.new(image, "own", 9, 9, Gimp.ImageType.RGBA_IMAGE, 50.0, Gimp.LayerMode.NORMAL), group, 1
    )
    plug_in()
    from restore_old_photo_gimp import insertion

    def broken(*_arguments, **_more):
        raise ValueError("broken")

    if what == "raises":
        insertion.mark_group = broken
    elif what == "late":
        remove = Gimp.Image.remove_layer
        Gimp.Image.remove_layer = lambda one, gone: gone.get_id() != group.get_id() and remove(one, gone)
    else:
        Gimp.Layer.set_offsets = lambda *_arguments: False
    before = tree(image.get_layers())
    said = disturbed(image, layer, mask_source="edited")
    return {"said": said, "same": tree(image.get_layers()) == before}


def vignette(photo, folder, applied):
    """The photo has a layer mask whose left half is black; the selection makes the group smaller than the photo."""
    image, layer = opened(photo)
    layer.add_alpha()
    layer.set_offsets(30, 20)
    mask = layer.create_mask(Gimp.AddMaskType.WHITE)
    layer.add_mask(mask)
    width, height = layer.get_width(), layer.get_height()
    mask.get_buffer().set(Gegl.Rectangle.new(0, 0, width // 2, height), "Y u8", bytes(width // 2 * height))
    mask.get_buffer().flush()
    layer.set_apply_mask(applied)
    image.select_rectangle(Gimp.ChannelOps.REPLACE, 80, 60, 120, 100)

    def seen(name):
        copy = image.duplicate()
        Gimp.Selection.none(copy)
        save(copy.merge_visible_layers(Gimp.MergeType.CLIP_TO_IMAGE), f"{folder}/{name}", "R'G'B'A u8")
        copy.delete()

    seen("before")
    told = call(image, [layer])
    seen("after")
    return {**told, "tree": tree(image.get_layers()), "masked": image.get_layers()[0].get_mask() is not None}


if __name__ == "__main__":
    main(globals())

"""Scenarios of ordinary runs."""

from kit import (
    Watch,
    add_layer,
    app,
    child,
    choose,
    docker,
    names,
    open_photo,
    plugin,
    run,
    save_pixels,
    select,
    tree,
    trigger,
)


def restored(photo, folder, choices=None, action="again"):
    """Open, restore, and save what is seen and what the source is."""
    doc = yield from open_photo(photo)
    choose(**(choices or {}))
    source = doc.activeNode()
    box = (0, 0, doc.width(), doc.height())
    save_pixels(source, box, f"{folder}/before")
    told = yield from run(action)
    doc.waitForDone()
    save_pixels(source, box, f"{folder}/after")
    save_pixels(doc.rootNode(), box, f"{folder}/seen")
    for layer in _result(doc):
        save_pixels(layer, box, f"{folder}/{layer.name()}")
    return {**told, "tree": tree(doc.rootNode()), "gallery": docker().panel.gallery.count()}


def _result(doc):
    groups = [node for node in doc.rootNode().childNodes() if node.type() == "grouplayer"]
    return groups[-1].childNodes() if groups else []


def undone_and_redone(photo, folder):
    doc = yield from open_photo(photo)
    choose()
    box = (0, 0, doc.width(), doc.height())
    save_pixels(doc.rootNode(), box, f"{folder}/before")
    yield from run("again")
    doc.waitForDone()
    save_pixels(doc.rootNode(), box, f"{folder}/done")
    seen = [names(doc.rootNode())]
    app.action("edit_undo").trigger()
    yield lambda: len(doc.rootNode().childNodes()) == 1
    doc.waitForDone()
    save_pixels(doc.rootNode(), box, f"{folder}/undone")
    seen.append(names(doc.rootNode()))
    app.action("edit_redo").trigger()
    yield lambda: len(doc.rootNode().childNodes()) == 2
    doc.refreshProjection()
    doc.waitForDone()
    save_pixels(doc.rootNode(), box, f"{folder}/redone")
    seen.append(names(doc.rootNode()))
    return seen


def edited_mask(photo, folder):
    """Restore, paint a square of damage and erase all else, restart; what the runs did, the last layers, undone."""
    doc = yield from open_photo(photo)
    choose(inpainting=(False, 1.0))
    box = (0, 0, doc.width(), doc.height())
    first = yield from run("again")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[-1]
    mask = child(group, "Scratch mask")
    width, height = doc.width(), doc.height()
    square = bytearray(4 * width * height)
    for row in range(100, 140):
        start = 4 * (row * width + 200)
        square[start : start + 4 * 40] = b"\x00\x00\xff\xff" * 40
    mask.setPixelData(bytes(square), 0, 0, width, height)
    second = yield from run("edited_mask")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[-1]
    save_pixels(child(group, "Scratch repair"), box, f"{folder}/repair")
    save_pixels(child(group, "Scratch mask"), box, f"{folder}/mask")
    undo, layers = [names(doc.rootNode())], names(group)
    for _ in range(2):
        app.action("edit_undo").trigger()
        yield 400
        undo.append(names(doc.rootNode()))
    return {"first": first, "second": second, "undo": undo, "layers": layers}


def masked(photo, folder, source, painted=None, **choices):
    """Restore with a selection or a painted layer as the mask, at 100,50 with 60x40 pixels."""
    doc = yield from open_photo(photo)
    photo_layer = doc.activeNode()
    width, height = doc.width(), doc.height()
    identity = ""
    if source == "selection":
        select(doc, 100, 50, 60, 40)
    else:
        layer = doc.createNode("Damage", "paintlayer")
        if painted == "opaque":
            layer.setPixelData(b"\x00\x00\x00\xff" * (width * height), 0, 0, width, height)
        layer.setPixelData(b"\xff\xff\xff\xff" * (60 * 40), 100, 50, 60, 40)
        layer.setVisible(False)
        yield from add_layer(doc, layer, photo_layer, active=photo_layer)
        identity = layer.uniqueId().toString()
    choose(mask_source=source, mask_layer=identity, **choices)
    told = yield from run("again")
    doc.waitForDone()
    group = next(node for node in doc.rootNode().childNodes() if node.type() == "grouplayer")
    save_pixels(child(group, "Scratch mask"), (0, 0, width, height), f"{folder}/mask")
    return {**told, "names": names(doc.rootNode())}


def within_selection(photo, folder):
    """Restore with a selection that limits the work."""
    doc = yield from open_photo(photo)
    select(doc, 64, 32, 128, 96)
    choose()
    told = yield from run("again")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[1]
    save_pixels(child(group, "Restored"), (0, 0, doc.width(), doc.height()), f"{folder}/restored")
    return {**told, "tree": tree(group)}


def offset_layer(photo, folder, x, y):
    """Restore a layer that was moved, partly out of the canvas."""
    doc = yield from open_photo(photo)
    choose()
    layer = doc.activeNode()
    layer.move(x, y)
    doc.refreshProjection()
    yield 200
    told = yield from run("again")
    doc.waitForDone()
    save_pixels(layer, (x, y, doc.width(), doc.height()), f"{folder}/source")
    group = doc.rootNode().childNodes()[-1]
    save_pixels(child(group, "Restored"), (x, y, doc.width(), doc.height()), f"{folder}/restored")
    return {**told, "tree": tree(doc.rootNode())}


def group_as_source(photo, folder):
    """Put a patch over the photo, both into a group, and restore the group."""
    doc = yield from open_photo(photo)
    choose()
    width, height = doc.width(), doc.height()
    layer = doc.activeNode()
    group = doc.createGroupLayer("Scan")
    under = layer.duplicate()
    under.setName("under")
    patch = doc.createNode("patch", "paintlayer")
    patch.setPixelData(b"\x20\x80\xc0\xff" * (50 * 50), 10, 10, 50, 50)
    group.setChildNodes([under, patch])
    yield from add_layer(doc, group, layer)
    layer.remove()
    doc.refreshProjection()
    doc.waitForDone()
    yield lambda: doc.activeNode().name() == "Scan"
    save_pixels(group, (0, 0, width, height), f"{folder}/source")
    told = yield from run("again")
    doc.waitForDone()
    save_pixels(child(doc.rootNode().childNodes()[-1], "Restored"), (0, 0, width, height), f"{folder}/restored")
    return {**told, "tree": tree(doc.rootNode())}


def found(photo):
    """Find scratches, then restart from the mask; then once more with the group active."""
    doc = yield from open_photo(photo)
    choose()
    first = yield from run("find_scratches")
    doc.waitForDone()
    after_finding = tree(doc.rootNode())
    old = doc.rootNode().childNodes()[-1]
    replaced = [old, *old.childNodes()]
    second = yield from run("edited_mask")
    doc.waitForDone()
    after_restart = tree(doc.rootNode())
    third = yield from run("again")
    doc.waitForDone()
    return {
        "runs": [first, second, third],
        "found": after_finding,
        "restarted": after_restart,
        "replaced": [plugin().restorer.results.source_for(doc, node).name() for node in replaced],
        "again": names(doc.rootNode()),
        "bits": plugin().restorer.subject().name,
    }


def other_document_active(photo, other):
    """Begin a run, show another document, and see where the result goes."""
    doc = yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    second = yield from open_photo(other)
    told = yield from watch.end()
    doc.waitForDone()
    return {**told, "first": names(doc.rootNode()), "second": names(second.rootNode())}


def plain(photo):
    """Restore, and nothing else."""
    doc = yield from open_photo(photo)
    choose()
    told = yield from run("again")
    doc.waitForDone()
    return {**told, "names": names(doc.rootNode())}


def painted_mask_survives(photo):
    """Find scratches, paint on the mask with a selection left over, restore plainly; then restart from that mask."""
    doc = yield from open_photo(photo)
    choose()
    yield from run("find_scratches")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[-1]
    mask = child(group, "Scratch mask")
    mask.setPixelData(b"\x00\x00\xff\xff" * (40 * 40), 20, 20, 40, 40)
    plainly = yield from run("again")
    doc.waitForDone()
    after = tree(doc.rootNode())
    select(doc, 150, 150, 30, 30)  # left from painting: it limits nothing
    doc.setActiveNode(mask)
    yield lambda: doc.activeNode().name() == "Scratch mask"
    restarted = yield from run("edited_mask")
    doc.waitForDone()
    groups = [node for node in doc.rootNode().childNodes() if node.type() == "grouplayer"]
    alphas = [bytes(child(one, "Scratch mask").pixelData(25, 25, 1, 1))[3] for one in groups]
    return {
        "plainly": plainly["outcome"],
        "restarted": restarted["outcome"],
        "after": after,
        "groups": [tree(one) for one in groups],
        "painted": alphas,
    }


def painted_meanwhile(photo):
    """Paint on the mask while it is being restored from it."""
    doc = yield from open_photo(photo)
    choose()
    yield from run("again")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[-1]
    mask = child(group, "Scratch mask")
    mask.setPixelData(b"\x00\x00\xff\xff" * 1600, 20, 20, 40, 40)
    watch = Watch()
    trigger("edited_mask")
    mask.setPixelData(b"\x00\x00\xff\xff" * 1600, 120, 120, 40, 40)
    told = yield from watch.end()
    doc.waitForDone()
    return {**told, "tree": tree(doc.rootNode())}


def own_layer_in_group(photo):
    """Put a layer of one's own into the group, paint on the mask, restart from it."""
    doc = yield from open_photo(photo)
    choose()
    yield from run("again")
    doc.waitForDone()
    group = doc.rootNode().childNodes()[-1]
    own = doc.createNode("My retouching", "paintlayer")
    own.setPixelData(b"\x10\x20\x30\xff" * 100, 5, 5, 10, 10)
    group.addChildNode(own, None)
    child(group, "Scratch mask").setPixelData(b"\x00\x00\xff\xff" * 1600, 20, 20, 40, 40)
    told = yield from run("edited_mask")
    doc.waitForDone()
    return {**told, "tree": tree(doc.rootNode())}


def moved_meanwhile(photo):
    """Move the layer while it is being restored."""
    doc = yield from open_photo(photo)
    choose()
    source = doc.activeNode()
    watch = Watch()
    trigger("again")
    source.move(30, -12)
    told = yield from watch.end()
    doc.waitForDone()
    return {**told, "tree": tree(doc.rootNode())}


def chosen_painted_layer(photo):
    """Choose the second of three layers as the mask, make it the active one, go back: it stays chosen."""
    doc = yield from open_photo(photo)
    photo_layer = doc.activeNode()
    for name in ("First", "Second"):
        layer = doc.createNode(name, "paintlayer")
        layer.setPixelData(b"\xff\xff\xff\xff" * 100, 0, 0, 10, 10)
        yield from add_layer(doc, layer, active=photo_layer)
    second = child(doc.rootNode(), "First")
    choose(mask_source="layer", mask_layer=second.uniqueId().toString())
    docker().setVisible(True)
    seen = []
    for node in (photo_layer, second, photo_layer):
        doc.setActiveNode(node)
        yield 1200
        form = docker().panel.form
        seen.append([form._layer.currentText(), form.choices.mask_layer == second.uniqueId().toString()])
    return seen

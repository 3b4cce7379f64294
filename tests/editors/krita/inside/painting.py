"""Scenarios in which holes are filled and colours are painted."""

from kit import add_layer, app, child, choose, docker, names, open_photo, plugin, run, save_pixels, tree


def _hole(doc, photo):
    """A hidden layer on which a hole of 60x60 pixels is painted at 40,40; its id. A generator."""
    layer = doc.createNode("Damage", "paintlayer")
    layer.setPixelData(b"\xff\xff\xff\xff" * 3600, 40, 40, 60, 60)
    layer.setVisible(False)
    yield from add_layer(doc, layer, photo, active=photo)
    return layer.uniqueId().toString()


def _strokes(doc, photo, name, x, bgra):
    """A hidden layer with a stroke of 40x40 pixels at x,150. A generator."""
    layer = doc.createNode(name, "paintlayer")
    layer.setPixelData(bytes(bgra) * 1600, x, 150, 40, 40)
    layer.setVisible(False)
    yield from add_layer(doc, layer, photo, active=photo)
    return layer


def _result(doc):
    return [node for node in doc.rootNode().childNodes() if node.type() == "grouplayer"][-1]


def candidates(photo, folder):
    """Fill a hole in three ways, undo it, redo it, and restart from the mask with another seed."""
    doc = yield from open_photo(photo)
    damage = yield from _hole(doc, doc.activeNode())
    choose(mask_source="layer", mask_layer=damage, candidates=3)
    box = (0, 0, doc.width(), doc.height())
    first = yield from run("again")
    doc.waitForDone()
    save_pixels(doc.rootNode(), box, f"{folder}/seen")
    made = tree(_result(doc))
    counts = [names(doc.rootNode())]
    app.action("edit_undo").trigger()
    yield lambda: len(doc.rootNode().childNodes()) == 2
    counts.append(names(doc.rootNode()))
    app.action("edit_redo").trigger()
    yield lambda: len(doc.rootNode().childNodes()) == 3
    counts.append(names(doc.rootNode()))
    yield 400  # Krita makes what it has brought back the active layer a moment later
    inner = child(_result(doc), "Candidates")
    doc.setActiveNode(child(inner, "Candidate 2"))
    yield lambda: doc.activeNode().name() == "Candidate 2"
    source = plugin().restorer.subject().name
    choose(mask_source="edited", candidates=2, seed=7)
    second = yield from run("edited_mask")
    doc.waitForDone()
    return {
        "runs": [first, second],
        "made": made,
        "counts": counts,
        "source": source,
        "after": names(doc.rootNode()),
        "again": tree(_result(doc)),
    }


def own_layer_among_candidates(photo):
    """Put a layer of one's own among the candidates, paint on the mask, restart from it."""
    doc = yield from open_photo(photo)
    damage = yield from _hole(doc, doc.activeNode())
    choose(mask_source="layer", mask_layer=damage, candidates=2)
    yield from run("again")
    doc.waitForDone()
    group = _result(doc)
    own = doc.createNode("My retouching", "paintlayer")
    own.setPixelData(b"\x10\x20\x30\xff" * 100, 5, 5, 10, 10)
    child(group, "Candidates").addChildNode(own, None)
    told = yield from run("edited_mask")
    doc.waitForDone()
    return {**told, "tree": tree(doc.rootNode())}


def coloured(photo, folder):
    """Colour with a stroke on a layer that is called so, paint another stroke, and colour again."""
    doc = yield from open_photo(photo)
    photo_layer = doc.activeNode()
    strokes = yield from _strokes(doc, photo_layer, "Colour hints", 40, (200, 60, 40, 255))
    choose(colour=(True, 1.0), faces=(False, 1.0))
    docker().setVisible(True)
    yield 1200
    form = docker().panel.form
    chosen = [form._hints.currentText(), form.choices.hint_layer]
    box = (0, 0, doc.width(), doc.height())
    first = yield from run("again")
    doc.waitForDone()
    group = _result(doc)
    made, passes = tree(group), group.passThroughMode()
    save_pixels(child(group, "Colour"), box, f"{folder}/first")
    save_pixels(doc.rootNode(), box, f"{folder}/seen")
    for name in ("Restored", "Scratch repair"):
        child(group, name).setVisible(False)
    doc.refreshProjection()
    doc.waitForDone()
    save_pixels(doc.rootNode(), box, f"{folder}/colour_alone")
    strokes.setPixelData(bytes((40, 60, 200, 255)) * 1600, 180, 150, 40, 40)
    second = yield from run("again")
    doc.waitForDone()
    save_pixels(child(_result(doc), "Colour"), box, f"{folder}/second")
    save_pixels(strokes, box, f"{folder}/strokes")
    return {"runs": [first, second], "made": made, "passes": passes, "chosen": chosen, "top": names(doc.rootNode())}


def in_grey(photo):
    """Colour a photo in an image that is grey, then without colour."""
    doc = yield from open_photo(photo)
    choose(colour=(True, 1.0))
    refused = yield from run("again")
    count = len(doc.rootNode().childNodes())
    choose()
    done = yield from run("again")
    doc.waitForDone()
    return {"refused": refused, "count": count, "done": done, "names": names(_result(doc))}

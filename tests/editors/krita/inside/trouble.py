"""Scenarios in which something is wrong, or goes wrong."""

import time

from kit import (
    Watch,
    add_layer,
    app,
    choose,
    close_all,
    docker,
    names,
    open_photo,
    plugin,
    run,
    select,
    trigger,
)


def refused(case, photo):
    """What is said when nothing can be restored, and the layers after it."""
    if case == "no document":
        choose()
        return (yield from run("again")), []
    doc = yield from open_photo(photo)
    choices = {}
    if case == "empty layer":
        layer = doc.createNode("Nothing", "paintlayer")
        yield from add_layer(doc, layer)
    elif case == "CMYK":
        doc.setColorSpace("CMYKA", "U8", "Chemical proof")
        doc.waitForDone()
    elif case == "filter layer":
        layer = doc.createFilterLayer("Blurred", app.filter("blur"), _everything(doc))
        yield from add_layer(doc, layer)
    elif case == "all off":
        choices = dict.fromkeys(("scratches", "quality", "inpainting", "faces"), (False, 1.0))
    elif case == "no selection":
        choices = {"mask_source": "selection"}
    elif case == "selection elsewhere":
        layer = doc.createNode("Small", "paintlayer")
        layer.setPixelData(b"\x80\x80\x80\xff" * 1024, 0, 0, 32, 32)
        yield from add_layer(doc, layer)
        select(doc, 100, 100, 50, 50)
    elif case == "no edited mask":
        choices = {"mask_source": "edited"}
    elif case == "painted layer gone":
        choices = {"mask_source": "layer", "mask_layer": "{00000000-0000-0000-0000-000000000001}"}
    elif case == "nothing painted":
        layer = doc.createNode("Damage", "paintlayer")
        source = doc.activeNode()
        yield from add_layer(doc, layer, active=source)
        choices = {"mask_source": "layer", "mask_layer": layer.uniqueId().toString()}
    elif case == "mask is the photo":
        choices = {"mask_source": "layer", "mask_layer": doc.activeNode().uniqueId().toString()}
    choose(**choices)
    before = names(doc.rootNode())
    told = yield from run("again")
    assert names(doc.rootNode()) == before
    return told, before


def _everything(doc):
    from krita import Selection

    selection = Selection()
    selection.select(0, 0, doc.width(), doc.height(), 255)
    return selection


def huge(width, height):
    """A document with one pixel at either end, larger than the server takes."""
    doc = app.createDocument(width, height, "huge", "RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc", 72.0)
    app.activeWindow().addView(doc)
    yield lambda: app.activeDocument() == doc and doc.activeNode() is not None
    layer = doc.createNode("Ends", "paintlayer")
    layer.setPixelData(b"\xff\xff\xff\xff", 0, 0, 1, 1)
    layer.setPixelData(b"\xff\xff\xff\xff", width - 1, height - 1, 1, 1)
    yield from add_layer(doc, layer)
    choose()
    began = time.monotonic()
    told = yield from run("again")
    return {**told, "seconds": time.monotonic() - began}


def cancelled(photo):
    """Cancel a run that computes."""
    doc = yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    yield from watch.computing()
    began = time.monotonic()
    docker().panel.run._cancel.click()
    told = yield from watch.end()
    took = time.monotonic() - began
    yield 1500  # nothing of it may come after that
    return {**told, "took": took, "names": names(doc.rootNode()), "running": plugin().restorer.running}


def cancelled_and_again(photo):
    """Cancel as soon as the run has begun, and begin another at once."""
    doc = yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    plugin().restorer.cancel()
    first = yield from watch.end()
    second = yield from run("again")
    return first, second, names(doc.rootNode())


def second_run(photo):
    """Begin a run while another is under way."""
    doc = yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    trigger("again")
    told = yield from watch.end()
    doc.waitForDone()
    return {**told, "names": names(doc.rootNode())}


def closed_meanwhile(photo):
    """Close the document while its restoration runs."""
    yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    yield from watch.computing()
    yield from close_all()
    told = yield from watch.end()
    yield 1000
    return told


def deleted_meanwhile(photo):
    """Delete the layer while its restoration runs."""
    doc = yield from open_photo(photo)
    choose()
    other = doc.createNode("Other", "paintlayer")
    source = doc.activeNode()
    yield from add_layer(doc, other, active=source)
    watch = Watch()
    trigger("again")
    yield from watch.computing()
    source.remove()
    told = yield from watch.end()
    doc.waitForDone()
    return {**told, "names": names(doc.rootNode())}


def animated(photo):
    """Restore a layer that is animated."""
    doc = yield from open_photo(photo)
    choose()
    doc.activeNode().enableAnimation()
    yield 200
    told = yield from run("again")
    doc.waitForDone()
    return {**told, "names": names(doc.rootNode())}


def begin(photo):
    """Begin a run and come back while it computes; ``finish`` waits for its end."""
    doc = yield from open_photo(photo)
    choose()
    plugin().test_watch = watch = Watch()
    trigger("again")
    yield from watch.computing()
    assert not watch.outcomes, watch.outcomes
    return names(doc.rootNode())


def finish():
    """Wait for the end of the run that ``begin`` began."""
    told = yield from plugin().test_watch.end()
    doc = app.activeDocument()
    doc.waitForDone()
    return {**told, "names": names(doc.rootNode())}


def quit_krita(photo):
    """Close Krita while a run computes."""
    doc = yield from open_photo(photo)
    choose()
    watch = Watch()
    trigger("again")
    yield from watch.computing()
    doc.setModified(False)
    app.action("file_quit").trigger()
    return True

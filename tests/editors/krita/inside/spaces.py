"""Scenarios of documents in other colour spaces."""

from kit import app, choose, names, open_photo, plugin, run, save_pixels, tree


def converted(photo, folder, model, depth, profile):
    """Convert the document, restore, and save what is seen in it."""
    doc = yield from open_photo(photo)
    doc.setColorSpace(model, depth, profile)
    doc.waitForDone()
    choose(scratches=(False, 1.0), faces=(False, 1.0))
    box = (0, 0, doc.width(), doc.height())
    save_pixels(doc.activeNode(), box, f"{folder}/before")
    told = yield from run("again")
    doc.waitForDone()
    save_pixels(doc.rootNode().childNodes()[0], box, f"{folder}/after")
    if told["outcome"] == "done":
        # As 8 bits in sRGB, which the test knows how to read.
        doc.setColorSpace("RGBA", "U8", "sRGB-elle-V2-srgbtrc.icc")
        doc.waitForDone()
        save_pixels(doc.rootNode(), box, f"{folder}/seen")
    return {**told, "names": names(doc.rootNode())}


def restored_tree(photo, model, depth, profile):
    """The tree after a run in a document of this space."""
    doc = yield from open_photo(photo)
    doc.setColorSpace(model, depth, profile)
    doc.waitForDone()
    choose()
    told = yield from run("again")
    doc.waitForDone()
    return {**told, "tree": tree(doc.rootNode()), "space": [doc.colorModel(), doc.colorDepth(), doc.colorProfile()]}


def told_of(photo):
    """What the docker says of the open document."""
    yield from open_photo(photo)
    subject = plugin().restorer.subject()
    return [subject.name, subject.picture.width, subject.picture.height, subject.picture.depth, app.version()]

"""Tools for scenarios: what a user does in Krita, and what can be seen there."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from krita import Krita, Selection

app = Krita.instance()


def plugin():
    """The plug-in's extension."""
    return sys.modules["restore_old_photo.extension"].RestoreExtension.instance


def docker():
    """The plug-in's docker in the active window."""
    return next(one for one in app.dockers() if one.objectName() == "restore_old_photo")


def open_photo(path):
    """Open a file and show it; a generator, for Krita needs its event loop for that."""
    doc = app.openDocument(str(path))
    assert doc is not None, path
    app.activeWindow().addView(doc)
    doc.setBatchmode(True)
    yield lambda: app.activeDocument() == doc and doc.activeNode() is not None
    return doc


def close_all():
    """Close every document without a question.

    Not at once: Krita 5.1 crashes (in ``KisNodeModel::processUpdateQueue``) where a document is closed within a moment
    after its layers or its selection changed, sooner than any user can.
    """
    if app.documents():
        yield 400
    for doc in app.documents():
        doc.setBatchmode(True)
        doc.setModified(False)
        doc.close()
    yield lambda: not app.documents()


def trigger(name):
    """Choose an action of the plug-in's menu."""
    app.action(f"restore_old_photo_{name}").trigger()


def choose(**changes):
    """Set what the form would set; what is not named takes its default."""
    choices = sys.modules["restore_old_photo.remote.editors.choices"]
    for name in choices.STAGES:
        if name in changes:
            enabled, strength = changes[name]
            changes[name] = choices.StageChoice(enabled, strength)
    chosen = choices.Choices(**changes)
    plugin().choose(chosen)
    docker().panel.form.show_choices(chosen)


class Watch:
    """Keeps what the restorer tells of a run."""

    def __init__(self):
        self.outcomes, self.stages, self.notes, self.previews, self.began_at, self.ended_at = [], [], [], [], None, None
        self._restorer = plugin().restorer
        self._slots = [
            (self._restorer.began, self._began),
            (self._restorer.ended, self._ended),
            (self._restorer.progressed, self._progressed),
            (self._restorer.noted, self.notes.append),
            (self._restorer.previewed, lambda preview: self.previews.append(preview.layer.name)),
        ]
        for signal, slot in self._slots:
            signal.connect(slot)

    def _began(self, _subject):
        self.began_at = time.monotonic()

    def _ended(self, outcome, sentence):
        self.ended_at = time.monotonic()
        self.outcomes.append((outcome, sentence))

    def _progressed(self, stage, _left):
        if stage not in self.stages:
            self.stages.append(stage)

    def close(self):
        for signal, slot in self._slots:
            signal.disconnect(slot)

    def end(self):
        """Wait until a run has ended; a generator."""
        yield lambda: bool(self.outcomes)
        self.close()
        return self.told()

    def computing(self):
        """Wait until a run computes; a generator."""
        yield lambda: bool(set(self.stages) - {"models"}) or bool(self.outcomes)

    def told(self):
        outcome, sentence = self.outcomes[0] if self.outcomes else ("", "")
        return {
            "outcome": outcome,
            "sentence": sentence,
            "stages": self.stages,
            "notes": self.notes,
            "previews": self.previews,
        }


def run(name):
    """Choose an action and wait for the end of its run."""
    watch = Watch()
    trigger(name)
    return (yield from watch.end())


def tree(parent):
    """What lies in a group, the lowest first: plain data."""
    return [
        {
            "name": node.name(),
            "type": node.type(),
            "blend": node.blendingMode(),
            "opacity": node.opacity(),
            "visible": node.visible(),
            "space": [node.colorModel(), node.colorDepth(), node.colorProfile()],
            "bounds": [node.bounds().x(), node.bounds().y(), node.bounds().width(), node.bounds().height()],
            "children": tree(node),
        }
        for node in parent.childNodes()
    ]


def names(parent):
    """Names of the layers in a group, the lowest first."""
    return [node.name() for node in parent.childNodes()]


def save_pixels(node, box, path):
    """Write a node's own bytes within a box to a file, for the test to compare."""
    read = node.pixelData if node.type() == "paintlayer" else node.projectionPixelData
    Path(path).write_bytes(bytes(read(*box)))


def select(doc, x, y, width, height):
    """Select a rectangle."""
    selection = Selection()
    selection.select(x, y, width, height, 255)
    doc.setSelection(selection)


def child(parent, name):
    """The layer of this name in a group."""
    return next(node for node in parent.childNodes() if node.name() == name)


def photograph(path):
    """What is on the screen, as a picture."""
    screen = app.activeWindow().qwindow().screen()
    assert screen.grabWindow(0).save(str(path), quality=88), path


def wait(milliseconds):
    """Let Krita go on for a while."""
    yield milliseconds


def reset():
    """As it was before any scenario."""
    plugin().restorer.cancel()
    choose()
    yield from close_all()


def add_layer(doc, layer, above=None, active=None):
    """Add a layer, which becomes the active one; or make another active after that. A generator.

    Krita makes a new layer active a moment later: who sets another one meanwhile is not heard.
    """
    (doc.rootNode() if above is None else above.parentNode()).addChildNode(layer, above)
    yield lambda: doc.activeNode().name() == layer.name()
    if active is not None:
        doc.setActiveNode(active)
        yield lambda: doc.activeNode().name() == active.name()

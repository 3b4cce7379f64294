"""Says to Krita what there is: actions and a docker."""

from __future__ import annotations

from krita import DockWidgetFactory, DockWidgetFactoryBase, Krita

from .docker import DOCKER_ID, RestoreDocker
from .extension import RestoreExtension


def register() -> None:
    """Called once, when Krita loads the plug-in."""
    app = Krita.instance()
    app.addExtension(RestoreExtension(app))
    right = getattr(DockWidgetFactoryBase, "DockRight", None)
    if right is None:  # Krita 6: enums are scoped
        right = DockWidgetFactoryBase.DockPosition.DockRight
    app.addDockWidgetFactory(DockWidgetFactory(DOCKER_ID, right, RestoreDocker))

"""Makes the pictures of docs/krita.md in a real Krita: ``make screenshots``.

All of them, in a dark and in a light theme, go into the first folder, to be looked at; those of the page go into the
second, too.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1]), str(PROJECT)]

import numpy as np  # noqa: E402 # the paths come first
from kritas import RunningKrita  # noqa: E402
from PIL import Image  # noqa: E402
from running_server import RunningServer  # noqa: E402
from screens import Screen  # noqa: E402

from installers.krita_plugin import assemble  # noqa: E402
from server.connection import CONNECTION_VARIABLE  # noqa: E402
from server.launcher import PYTHON_VARIABLE  # noqa: E402

PHOTO = PROJECT / "examples/astronaut_aged.jpg"
IN_PAGE = ("menu-dark", "docker-dark", "running-dark", "result-dark", "mask-dark", "server-light")
THEMES = {"dark": "Krita dark", "light": "Krita bright"}


def main(folder: Path) -> None:
    """Write the pictures, of both themes, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        work = Path(temporary)
        large = work / "family.png"
        Image.fromarray(np.tile(np.asarray(Image.open(PHOTO)), (3, 3, 1))).save(large)
        assemble(work / "plugin")
        screen = Screen()
        server = RunningServer(_made(work / "server"), OMP_WAIT_POLICY="passive")
        try:
            environ = {name: server.environ[name] for name in (CONNECTION_VARIABLE, PYTHON_VARIABLE)}
            for theme, name in THEMES.items():
                krita = RunningKrita(work / theme, screen, work / "plugin", environ, f"[theme]\nTheme={name}\n")
                try:
                    _photograph(krita, large, folder, theme)
                finally:
                    krita.close()
        finally:
            server.stop()
            screen.close()


def _photograph(krita: RunningKrita, large: Path, folder: Path, theme: str) -> None:
    def path(name: str) -> str:
        return str(folder / f"{name}-{theme}.jpg")

    photo = str(PHOTO)
    krita.run("pictures.menu", photo=photo, path=path("menu"))
    krita.run("kit.reset")
    krita.run("pictures.after", photo=photo, path=path("result"), mask_path=path("mask"))
    krita.run("kit.reset")
    krita.run("pictures.before", photo=photo, path=path("docker"))
    krita.run("kit.reset")
    krita.run("pictures.running", photo=str(large), path=path("running"))
    krita.run("kit.reset")
    krita.run("pictures.options", photo=photo, path=path("options"))
    krita.run("kit.reset")
    krita.run("pictures.server", photo=photo, path=path("server"))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    everything, page = (Path(name).resolve() for name in sys.argv[1:])
    main(everything)
    page.mkdir(parents=True, exist_ok=True)
    for name in IN_PAGE:
        shutil.copy(everything / f"{name}.jpg", page)

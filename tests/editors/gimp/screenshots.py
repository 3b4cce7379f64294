"""Makes the pictures of docs/gimp.md in a real GIMP: ``make screenshots``.

All of them, in a dark and in a light theme, go into the first folder, to be looked at; those of the page go into the
second, too. There is no window manager on the virtual screen: windows are put in their places here.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1]), str(PROJECT)]

import numpy as np  # noqa: E402 # the paths come first
import trixie  # noqa: E402
from gimps import Gimp, Running  # noqa: E402
from PIL import Image  # noqa: E402
from running_server import RunningServer  # noqa: E402
from screens import Screen  # noqa: E402
from windows import Hands, photograph  # noqa: E402

from installers.gimp_plugin import assemble  # noqa: E402
from server.connection import CONNECTION_VARIABLE  # noqa: E402
from server.launcher import PYTHON_VARIABLE  # noqa: E402

PHOTO = PROJECT / "examples/astronaut_aged.jpg"
IN_PAGE = ("menu-dark", "dialog-dark", "found-dark", "running-dark", "result-dark", "result-light")
THEMES = ("dark", "light")
TITLE, MAIN = "Restore Old Photo", "– GIMP"
WIDTH, HEIGHT = 1280, 800
#: Where the dialog is put: the photo is seen to its left.
BESIDE = 516
#: Where its last button is, in pixels from its right and lower edges; and the keys for another one.
OK, SHOW_FOUND = (-68, -41), "alt+i"
#: What GIMP can be without while it is photographed: no welcome, no question whether there is a newer version.
_SETTINGS = "(show-welcome-dialog no)\n(check-updates no)\n(theme-color-scheme {theme})\n"
#: The docks as they are at first, but for the brushes, whose place the layers take.
_SESSION = """
(session-info "toplevel"
    (factory-entry "gimp-single-image-window")
    (position 0 0)
    (size 1280 800)
    (open-on-exit)
    (aux-info (left-docks-width "188") (right-docks-width "330") (maximized "no"))
    (gimp-toolbox (side left) (book (current-page 0) (dockable "gimp-tool-options" (tab-style automatic))))
    (gimp-dock (side right) (book (current-page 0)
        (dockable "gimp-layer-list" (tab-style automatic) (preview-size 32))
        (dockable "gimp-channel-list" (tab-style automatic) (preview-size 32)))))
(hide-docks no)
(single-window-mode yes)
"""


class Studio:
    """A GIMP of one theme on the virtual screen, and the camera."""

    def __init__(
        self, work: Path, folder: Path, theme: str, screen: Screen, environ: dict[str, str], entering: list[str]
    ) -> None:
        self._work, self._folder, self._theme, self._screen, self._entering = work, folder, theme, screen, entering
        self.hands = Hands(screen.name)
        self.gimp = Gimp(work / theme, work / "plug-ins", {**environ, "DISPLAY": screen.name}, entering, False)
        settings = self.gimp.home / ".config/GIMP/3.0"
        (settings / "gimprc").write_text(_SETTINGS.format(theme=theme))
        (settings / "sessionrc").write_text(_SESSION)
        self._number = 0

    @contextlib.contextmanager
    def asked(self, photo: Path, **arguments: Any) -> Iterator[tuple[Running, str, str]]:
        """A GIMP that shows a photo and our dialog: itself, its window, the dialog."""
        # Those of the last GIMP may stay for a moment.
        while self.hands.windows(f"{TITLE}|{MAIN}"):
            time.sleep(0.1)
        self._number += 1
        state = self._work / f"{self._theme}{self._number}.state"
        running = self.gimp.start(
            "calls.with_window", windows=True, bare=False, photo=str(photo), state=str(state), arguments=arguments
        )
        try:
            dialog = self.hands.window(TITLE)
            main = self.hands.window(MAIN)
            self.hands.place(main, 0, 0, WIDTH, HEIGHT)
            self.hands.settled(main)
            self.hands.place(dialog, BESIDE, 130)
            self.hands.settled(dialog)
            yield running, main, dialog
        except AssertionError:
            sys.stderr.write(running.log[-3000:])
            raise
        finally:
            running.close()

    def take(self, name: str) -> None:
        """A picture of the screen, without the help that appears where the pointer rests."""
        self.hands.point(WIDTH - 1, HEIGHT // 2)
        time.sleep(1.0)
        taken = self._work / "taken.png"
        photograph(self._screen.name, self._entering, taken)
        Image.open(taken).convert("RGB").save(self._folder / f"{name}-{self._theme}.jpg", quality=88, optimize=True)


def main(folder: Path) -> None:
    """Write the pictures, of both themes, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    # GIMP sees no folder of this machine but those that it is shown.
    with tempfile.TemporaryDirectory(prefix="restore-old-photo-") as temporary:
        work = Path(temporary)
        photo, large = work / "portrait.png", work / "family.png"
        pixels = np.asarray(Image.open(PHOTO))
        Image.fromarray(pixels).save(photo)
        Image.fromarray(np.tile(pixels, (3, 3, 1))).save(large)
        assemble(work / "plug-ins")
        screen = Screen()
        server = RunningServer(_made(work / "server"), OMP_WAIT_POLICY="passive")
        try:
            environ = {name: server.environ[name] for name in (CONNECTION_VARIABLE, PYTHON_VARIABLE)}
            for theme in THEMES:
                _photograph(Studio(work, folder, theme, screen, environ, _entering(work, screen)), photo, large)
        finally:
            server.stop()
            screen.close()


def _photograph(studio: Studio, photo: Path, large: Path) -> None:
    hands = studio.hands
    with studio.asked(photo) as (running, window, dialog):
        time.sleep(2)  # until it says how the server is
        studio.take("dialog")
        hands.press(dialog, SHOW_FOUND)
        time.sleep(8)
        left, _top, width, _height = hands.settled(dialog)
        hands.place(dialog, min(left, WIDTH - width), 130)
        studio.take("found")
        hands.press(dialog, "Escape")
        running.answer(30)
        hands.press(window, "alt+r")
        time.sleep(0.5)
        hands.press(window, "h")
        studio.take("menu")
    # Without faces, for which a message would cover the picture.
    with studio.asked(photo, faces=False) as (running, _window, dialog):
        hands.click(*_within(hands.settled(dialog), *OK))
        running.answer(120)
        studio.take("result")
    with studio.asked(large) as (_running, _window, dialog):
        hands.click(*_within(hands.settled(dialog), *OK))
        hands.place(progress := hands.window(TITLE, known={dialog}), 0, 0)
        _left, _top, width, height = hands.settled(progress)
        hands.place(progress, (WIDTH - width) // 2, (HEIGHT - height) // 2)
        time.sleep(6)
        studio.take("running")


def _within(place: tuple[int, int, int, int], x: int, y: int) -> tuple[int, int]:
    """A point of a window, from its right or lower edge where it is negative."""
    left, top, width, height = place
    return left + x + (width if x < 0 else 0), top + y + (height if y < 0 else 0)


def _entering(work: Path, screen: Screen) -> list[str]:
    if shutil.which("gimp-console-3.0") is not None:
        return []
    chroot = trixie.found()
    assert chroot is not None
    return chroot.entering(work, screen.socket.parent, PROJECT, Path(sys.prefix), Path(sys.base_prefix))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


if __name__ == "__main__":
    if shutil.which("gimp-console-3.0") is None and trixie.found() is None:
        sys.stdout.write("There is no GIMP 3 here, and it could not be fetched: no pictures of it.\n")
        sys.exit()
    everything, page = (Path(name).resolve() for name in sys.argv[1:])
    main(everything)
    page.mkdir(parents=True, exist_ok=True)
    for name in IN_PAGE:
        shutil.copy(everything / f"{name}.jpg", page)

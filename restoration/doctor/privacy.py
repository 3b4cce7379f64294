"""Takes out of a text what is nobody's business: for a bug report that anybody may read.

Two ways, the second the stricter. Of sentences that this program has put together, names of the user, of the machine
and of folders are taken out. Of logs, where anything may stand, only those words are left that occur in this program
itself: whatever a photo, a folder or a person is called, its words are not among them, or say nothing there.
"""

from __future__ import annotations

import functools
import getpass
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

#: Stands for what was taken out.
GONE = "…"

_IPV4 = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])")
#: With "::", a letter or five parts: others are times of day.
_IPV6 = re.compile(
    r"(?<![\w:])(?=[\d:]*(?:::|[A-Fa-f]|(?:\d+:){4}))(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?:%\w+)?(?![\w:])"
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")
_PICTURE = re.compile(r"\S*\.(?:jpe?g|png|tiff?|webp|bmp|gif|ora|kra|xcf|psd|heic|dng|nef|cr2)\b", re.IGNORECASE)
_KEY = re.compile(r"[^\s]{32,}")
_PATH = re.compile(r"(?:[A-Za-z]:\\|\\\\|(?<![\w.~])/(?=\w))[^\s'\",;)]*")
_BELOW_HOME = re.compile(r"~[/\\][^\s'\",;)]+")
_WORD = re.compile(r"[A-Za-z]+")
_FRAME = re.compile(r'(\s*)File "([^"]+)", line (\d+)(?:, in (\w+|<\w+>))?')
_NUMBER = re.compile(r"[\d.,:+-]{1,12}%?$")
#: What torch, the system and Python say when something is the matter, beyond the words of this program.
_ALSO = """
    CUDA out of memory tried to allocate GPU has total capacity which is free process including non PyTorch use
    reserved but unallocated GiB MiB KiB bytes RuntimeError OutOfMemoryError MemoryError KeyError ValueError TypeError
    IndexError AttributeError OSError PermissionError FileNotFoundError ConnectionError TimeoutError ImportError
    ModuleNotFoundError NotImplementedError AssertionError UnicodeDecodeError ZeroDivisionError RecursionError
    SystemError Traceback most recent call last No such file or directory denied space left on device module named
    attribute object not found cannot undefined symbol shared library killed terminated segmentation fault cuDNN cuBLAS
    error kernel image available
"""
_PACKAGES = ("restoration", "server", "installers")


def without_private(text: str, also: tuple[str, ...] = ()) -> str:
    """A text of this program's making, without names of the user, the machine, folders and photos.

    Args:
        text: to be shown to others.
        also: further words that are nobody's business.
    """
    return _KEY.sub(GONE, _without_names(text, also))


def _without_names(text: str, also: tuple[str, ...]) -> str:
    for secret, stands_for in (*((one, GONE) for one in also), *_names()):
        if secret:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", stands_for, text, flags=re.IGNORECASE)
    text = _BELOW_HOME.sub(f"~/{GONE}", text)
    for pattern in (_MAIL, _IPV4, _IPV6, _PICTURE, _PATH):
        text = pattern.sub(GONE, text)
    return text


def log_without_private(line: str, also: tuple[str, ...] = ()) -> str:
    """A line of a log, of which only words of this program are left.

    A line of a traceback keeps the name of the file within its package, the line and the function.
    """
    frame = _FRAME.match(line)
    if frame is not None:
        function = f", in {frame[4]}" if frame[4] and _known(frame[4]) else ""
        return f'{frame[1]}File "{_within_package(frame[2])}", line {frame[3]}{function}'
    indent = line[: len(line) - len(line.lstrip())]
    line = _without_names(re.sub(r"'[^']*'|\"[^\"]*\"", f"'{GONE}'", line), also)
    words = [word if _says_nothing(word) else GONE for word in line.split()]
    kept = [word for at, word in enumerate(words) if word != GONE or at == 0 or words[at - 1] != GONE]
    return indent + " ".join(kept)


def _says_nothing(word: str) -> bool:
    return bool(_NUMBER.match(word)) or ("/" not in word and "\\" not in word and _known(word))


def _known(text: str) -> bool:
    if re.search(r"\d{5}|[^\x00-\x7f…]", text):
        return False
    return all(part.lower() in _vocabulary() for part in _WORD.findall(text))


def _within_package(path: str) -> str:
    parts = path.replace("\\", "/").split("/")
    for package in (*_PACKAGES, "site-packages"):
        if package in parts:
            at = len(parts) - 1 - parts[::-1].index(package)
            return "/".join(parts[at:])
    return GONE


@functools.cache
def _vocabulary() -> frozenset[str]:
    """All words in the source of this program, in lower case."""
    words = {word.lower() for word in _WORD.findall(_ALSO)}
    root = Path(__file__).parents[2]
    for package in _PACKAGES:
        for path in (root / package).rglob("*.py"):
            words |= {word.lower() for word in _WORD.findall(path.read_text(encoding="utf-8", errors="ignore"))}
    return frozenset(words)


def _names() -> list[tuple[str, str]]:
    """Names of this user and this machine, with what stands for them; the longest first."""
    named = {_told(lambda: str(Path.home())): "~", _told(lambda: str(Path.home().resolve())): "~"}
    for variable in ("HOME", "USERPROFILE"):
        named[os.environ.get(variable, "")] = "~"
    for user in {os.environ.get(name, "") for name in ("USER", "USERNAME", "LOGNAME")} | {_told(getpass.getuser)}:
        named[user] = "<user>"
    host = _told(socket.gethostname)
    named[host], named[host.split(".")[0]] = "<host>", "<host>"
    return sorted(((name, shown) for name, shown in named.items() if len(name) > 1), key=lambda one: -len(one[0]))


def _told(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except (OSError, RuntimeError, KeyError):
        return ""

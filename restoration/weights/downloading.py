"""Downloads that go on where they were cut off, by pooch, which checks sums and puts whole files into their place.

This is the only place in the program that itself asks the internet for anything, and only ``models fetch`` leads here.
Beside it, ``install krita`` and ``install gimp`` run pip, and the installer pip or uv, which fetch packages.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from restoration.errors import OutputError, WeightsError

if TYPE_CHECKING:
    import requests

#: Told the bytes that are there, and how many they will be (None if the server does not say).
Told = Callable[[int, "int | None"], None]

#: Seconds to wait for a connection, and for the next bytes.
_TIMEOUTS_S = (10.0, 60.0)
#: So often in a row a server may give nothing before it is given up.
_FRUITLESS = 4
#: Answers after which it is worth asking again.
_PASSING = (429, 500, 502, 503, 504)
_CHUNK = 1 << 18
#: Must stay free on the disk, in bytes.
_SPARE_BYTES = 200_000_000


class NotThereError(WeightsError):
    """The server says that it has no such file."""


def fetch_file(url: str, path: Path, *, sha256: str | None, limit: int, told: Told, pause_s: float = 2.0) -> Path:
    """Download a file; it is at its place only when it is whole and has the right sum.

    What has come of it stays beside its place, also after Ctrl-C, and the next call goes on from there. A file that is
    there with the right sum, or without a known one, is not asked for again.

    Args:
        url: http or https.
        path: where it goes.
        sha256: that it must have; None if nobody knows.
        limit: bytes above which it is refused.
        told: how far it is.
        pause_s: seconds before a server that gave nothing is asked again; each further time twice as many.

    Raises:
        NotThereError: 401, 403, 404 or 410.
        WeightsError: the server cannot be reached, the connection breaks again and again, the sum is wrong, or it is
            too large.
        OutputError: it cannot be written, or the disk is full.
    """
    import pooch
    import requests

    pooch.get_logger().setLevel(logging.ERROR)  # it logs to stderr, between the lines meant for the user
    path.parent.mkdir(parents=True, exist_ok=True)
    download = _Download(path, limit, told, pause_s)
    try:
        fetched = pooch.retrieve(url, sha256, path.name, path.parent, downloader=download)
    except requests.RequestException as error:
        raise WeightsError(f"{_host(url)}: {_in_words(error)}.", _REMEDY) from error
    except OSError as error:
        raise OutputError(f"{path.name} cannot be saved: {error.strerror or error}.", _SPACE) from error
    except ValueError as error:  # pooch's: another sum
        raise WeightsError(
            f"{path.name} from {_host(url)} has not the sum that it must have; it was discarded.",
            "Try again, or name another source with --from.",
        ) from error
    return Path(fetched)


_SPACE = "Free some space, or name another folder with --models."
_REMEDY = "Run the command again: what has come is kept, and it goes on from there."


class _Download:
    """A downloader as pooch calls it."""

    def __init__(self, path: Path, limit: int, told: Told, pause_s: float) -> None:
        self._path, self._limit, self._told, self._pause_s = path, limit, told, pause_s

    def __call__(self, url: str, output_file: Any, pooch: Any, check_only: bool = False) -> None:
        import requests

        # Of each address its own: those of two mirrors need not be parts of one file.
        part = self._path.with_name(f"{self._path.name}.{hashlib.sha256(url.encode()).hexdigest()[:8]}.part")
        fruitless = 0
        with requests.Session() as session:
            while True:
                before = _size(part)
                try:
                    if self._went_on(session, url, part):
                        break
                    error: Exception = requests.ConnectionError("the connection broke off")
                except requests.HTTPError as refusal:
                    status = _status(refusal)
                    if status in (401, 403, 404, 410):
                        raise NotThereError(f"{_host(url)} has no {self._path.name} ({status}).") from refusal
                    if status not in _PASSING:
                        raise
                    error = refusal
                except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as cut:
                    error = cut
                fruitless = 0 if _size(part) > before else fruitless + 1
                if fruitless >= _FRUITLESS:
                    raise error
                time.sleep(self._pause_s * 2 ** max(0, fruitless - 1) if fruitless else 0)
        _state(part).unlink(missing_ok=True)
        part.replace(output_file)

    def _went_on(self, session: requests.Session, url: str, part: Path) -> bool:
        """One request. Returns whether the file is whole now."""
        have, known = _size(part), _read_state(part)
        headers = {"Accept-Encoding": "identity"}  # bytes of the file, so that they can be counted
        if have and known:
            headers["Range"] = f"bytes={have}-"
            if known["validator"]:
                headers["If-Range"] = known["validator"]  # a file that has changed comes whole
        with session.get(url, headers=headers, stream=True, timeout=_TIMEOUTS_S) as answer:
            asked, sent = "Range" in headers, _range(answer)
            if answer.status_code == 416 and asked:
                whole = sent is not None and sent[1] == have and known["total"] == have
                if not whole:
                    part.unlink(missing_ok=True)
                return whole
            answer.raise_for_status()
            if asked and answer.status_code == 206 and (sent is None or sent != (have, known["total"])):
                part.unlink(missing_ok=True)  # not the rest of what is here
                return False
            if not asked or answer.status_code != 206:
                have = 0
            total = known["total"] if have else _length(answer)
            self._check(part, have, total)
            self._check_space(part, (total or 0) - have)
            validator = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
            # A weak one says that two files mean the same, not that they are the same.
            state = {"total": total, "validator": "" if validator.startswith("W/") else validator}
            _state(part).write_text(json.dumps(known if have else state), encoding="utf-8")
            with part.open("ab" if have else "wb") as file:
                for chunk in _pieces(answer):
                    have += len(chunk)
                    self._check(part, have, total)
                    file.write(chunk)
                    self._told(have, total)
        return total is None or have == total

    def _check(self, part: Path, have: int, total: int | None) -> None:
        if max(have, total or 0) > self._limit or (total is not None and have > total):
            part.unlink(missing_ok=True)
            raise WeightsError(
                f"{self._path.name} is larger than it can be ({max(have, total or 0) / 1e9:.1f} GB).",
                "Name another source with --from.",
            )

    def _check_space(self, part: Path, needed: int) -> None:
        free = shutil.disk_usage(part.parent).free
        if needed + _SPARE_BYTES > free:
            raise OutputError(
                f"{self._path.name} needs {needed / 1e9:.1f} GB more; {free / 1e9:.1f} GB are free in {part.parent}.",
                _SPACE,
            )


def _pieces(answer: requests.Response) -> Iterator[bytes]:
    """The bytes as they come: ``iter_content`` would keep back, and lose, what came before a connection broke off."""
    import requests
    import urllib3

    try:
        while chunk := answer.raw.read1(_CHUNK):
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise requests.ConnectionError("the connection broke off") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _state(part: Path) -> Path:
    return part.with_name(part.name + ".json")


def _read_state(part: Path) -> dict[str, Any]:
    """What was known of the file when its part was begun; empty if nothing is, and it has to be begun anew."""
    with contextlib.suppress(OSError, ValueError):
        state = json.loads(_state(part).read_text(encoding="utf-8"))
        if isinstance(state.get("total"), int) and isinstance(state.get("validator"), str):
            return dict(state)
    return {}


def _status(error: requests.HTTPError) -> int:
    return 0 if error.response is None else error.response.status_code


def _length(answer: requests.Response) -> int | None:
    said = answer.headers.get("Content-Length", "")
    return int(said) if said.isdecimal() else None


def _range(answer: requests.Response) -> tuple[int, int] | None:
    """The first byte that is sent, and the bytes of the whole file; of a refused range the first is 0."""
    said = re.fullmatch(r"bytes (?:(\d+)-\d+|\*)/(\d+)", answer.headers.get("Content-Range", ""))
    return (int(said[1] or 0), int(said[2])) if said else None


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    return urlsplit(url).hostname or url


def _in_words(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.HTTPError):
        return f"the server answers {_status(error)}"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate cannot be trusted"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return "the connection broke off" if "broke" in str(error) or "Incomplete" in str(error) else "no connection"
    return f"the request failed ({type(error).__name__})"

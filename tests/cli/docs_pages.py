"""The pages of the documentation, and what stands in them."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).parents[2]
#: What begins a line that can be typed into a shell; other blocks are diagrams and listings.
_PROGRAMS = (
    "restore-old-photo",
    "make",
    "pip",
    "python",
    "python3",
    "sh",
    "git",
    "podman",
    "docker",
    "systemctl",
    "curl",
)


def pages() -> list[Path]:
    """Every text of the project that a reader may take a command from."""
    cards = ROOT / "restoration" / "weights" / "bundled"
    folders = (ROOT, ROOT / "docs", cards, ROOT / "examples" / "browser")
    return sorted(path for folder in folders for path in folder.glob("*.md"))


def name_of(page: Path) -> str:
    """A page from the project's folder on."""
    return page.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Command:
    """One command line of a page.

    Attributes:
        page: of which page.
        line: as a reader copies it, without the comment behind it.
    """

    page: str
    line: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.line)

    def __str__(self) -> str:
        return f"{self.page}: {self.line}"


def commands() -> list[Command]:
    """The command lines in all blocks without a language, or in "sh"; each once a page."""
    return [Command(name_of(page), line) for page in pages() for line in dict.fromkeys(_lines(page))]


def _lines(page: Path) -> Iterator[str]:
    for token in _tokens(page):
        if token.type != "fence" or token.info.strip() not in ("", "sh"):
            continue
        for line in token.content.replace("\\\n", " ").splitlines():
            command = re.sub(r"\s+", " ", re.sub(r"(^|\s)#\s.*$", "", line)).strip()
            if command.split(" ")[0] in _PROGRAMS:
                yield command


def inline_commands() -> list[Command]:
    """The commands of this program that stand in sentences; an ellipsis may end them."""
    return [
        Command(name_of(page), code)
        for page in pages()
        for code in dict.fromkeys(token.content for token in _tokens(page) if token.type == "code_inline")
        if code.startswith("restore-old-photo ")
    ]


def links(page: Path) -> list[str]:
    """Where the links and pictures of a page point to, within the project."""
    targets = [str(token.attrs.get("href") or token.attrs.get("src") or "") for token in _tokens(page)]
    return [target for target in targets if target and not re.match(r"[a-z]+:", target)]


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    tokens = _tokens(page)
    headings = [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _tokens(page: Path) -> list[Token]:
    """All tokens of a page; those within a line follow their line."""
    tokens = MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8"))
    return [one for token in tokens for one in (token, *(token.children or ()))]

"""Catalogues of what plug-ins say, for gettext; what ``make translations`` runs.

    server/editors/locale/restore-old-photo.pot                      every text of the sources
    server/editors/locale/de/LC_MESSAGES/restore-old-photo.po        the same with translations, for translators
    server/editors/locale/de/LC_MESSAGES/restore-old-photo.mo        compiled, for plug-ins

A new language: ``python -m installers.translations fr``. The same sources and translations make the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from server.editors.translation import DOMAIN, LOCALE

_PROJECT = Path(__file__).parents[1]
#: Where texts are; a plug-in that does not exist yet has none.
_SOURCES = ("server/editors", "plugin_krita", "plugin_gimp")
#: Dates and versions would change the files without a change of any text.
_HEADERS = {"Language", "Plural-Forms", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"}
_COMMENT = "# What the plug-ins of Restore Old Photo say. Brought up to date by: make translations"


class _Catalogue(Catalog):
    """A catalogue with a header that is always the same."""

    def __init__(self, language: str | None = None) -> None:
        super().__init__(locale=language, domain=DOMAIN, header_comment=_COMMENT, fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """See ``Catalog``."""
        headers = [(name, value) for name, value in super().mime_headers if name in _HEADERS]
        # The last one needs a line's end of its own: whoever reads headers splits them there.
        return [*headers[:-1], (headers[-1][0], f"{headers[-1][1]}\n")]


def extracted() -> Catalog:
    """Every text that the sources give to ``_``, in the order of files and lines."""
    template = _Catalogue()
    for folder in _SOURCES:
        for path in sorted((_PROJECT / folder).rglob("*.py")):
            name = path.relative_to(_PROJECT).as_posix()
            for line, text, comments, _context in extract_from_file("python", path, {"_": None}, ["Translators:"]):
                template.add(text, locations=[(name, line)], auto_comments=comments)
    return _without_guesses(template)


def merged(po: Path, language: str, template: Catalog) -> Catalog:
    """The template with the translations of ``po``, which may be missing.

    Texts that are gone are left out. A new text that resembles an old one gets its translation marked as fuzzy, which
    is not compiled until a translator has looked at it.
    """
    catalogue = _Catalogue(language)
    if po.is_file():
        with po.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:  # the other one is the header
                    catalogue[message.id] = message
    catalogue.update(template)
    return _without_guesses(catalogue)


def compiled(catalogue: Catalog) -> bytes:
    """The .mo file."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def update(folder: Path = LOCALE, new: Iterable[str] = ()) -> dict[str, int]:
    """Bring all catalogues up to date.

    Args:
        folder: where they lie.
        new: languages to be begun.

    Returns:
        For each language, how many texts are not translated.
    """
    template = extracted()
    _write_po(folder / f"{DOMAIN}.pot", template)
    untranslated = {}
    for language in sorted({*new, *(path.parents[1].name for path in folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}):
        po = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        catalogue = merged(po, language, template)
        _write_po(po, catalogue)
        po.with_suffix(".mo").write_bytes(compiled(catalogue))
        untranslated[language] = sum(1 for one in catalogue if one.id and (one.fuzzy or not one.string))
    return untranslated


def _without_guesses(catalogue: Catalog) -> Catalog:
    """Babel takes ``50% is`` for a placeholder; the sources use those of ``str.format`` alone."""
    for message in catalogue:
        message.flags.discard("python-format")
    return catalogue


def _write_po(path: Path, catalogue: Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    # Without line numbers: they would change with every change of a source.
    write_po(buffer, catalogue, width=100, ignore_obsolete=True, include_previous=True, include_lineno=False)
    path.write_bytes(buffer.getvalue())


def main(*new: str, folder: Path = LOCALE) -> int:
    """Bring all catalogues up to date, begin new ones, and say what remains to be done."""
    for language, untranslated in update(folder, new).items():
        sys.stdout.write(f"{language}: {untranslated or 'no'} texts to be translated\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

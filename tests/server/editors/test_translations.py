"""The catalogues are complete and up to date, and the user's languages choose among them."""

from __future__ import annotations

import ast
import gettext
import shutil
from string import Formatter

import pytest

pytest.importorskip("babel", reason="translators need Babel; what it makes is committed")

from babel.messages.pofile import read_po

from installers.krita_plugin import MODULE, assemble
from installers.translations import main, update
from server.editors.translation import DOMAIN, LOCALE, _, use_languages

PROJECT = LOCALE.parents[2]
CATALOGUES = sorted(LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
each_catalogue = pytest.mark.parametrize("po", CATALOGUES, ids=lambda po: po.parents[1].name)


@pytest.fixture(autouse=True)
def english_again():
    yield
    use_languages([])


def texts_of_the_sources():
    """Found in another way than Babel's: anything that is not a plain text fails here."""
    found = set()
    for folder in ("server/editors", "plugin_krita", "plugin_gimp"):
        for path in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_":
                    (argument,) = node.args
                    found.add(ast.literal_eval(argument))
    return found


def read(path, language=None):
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def messages_of(catalogue):
    return [message for message in catalogue if message.id]


def placeholders(text):
    return [(name, form, kind) for _text, name, form, kind in Formatter().parse(text) if name is not None]


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_is_german():
    assert "de" in [po.parents[1].name for po in CATALOGUES]


def test_the_template_has_every_text_of_the_sources():
    texts = texts_of_the_sources()
    assert "Restore Old Photo" in texts
    assert {message.id for message in messages_of(read(LOCALE / f"{DOMAIN}.pot"))} == texts


@each_catalogue
def test_every_text_is_translated(po):
    catalogue = read(po, po.parents[1].name)
    assert {message.id for message in messages_of(catalogue)} == texts_of_the_sources()
    assert [message.id for message in messages_of(catalogue) if message.fuzzy or not message.string.strip()] == []
    assert list(catalogue.obsolete) == []


@each_catalogue
def test_a_translation_has_the_placeholders_of_its_text(po):
    for message in messages_of(read(po)):
        assert placeholders(message.string) == placeholders(message.id), message.id


@each_catalogue
def test_a_translation_ends_as_its_text_does(po):
    """A sentence stays a sentence, a label keeps its colon, and "…" still says that a window opens."""
    for message in messages_of(read(po)):
        ends = [text[-1] if text[-1] in ".:…" else "" for text in (message.id, message.string)]
        assert ends[0] == ends[1], message.id


@each_catalogue
def test_what_is_compiled_is_what_is_translated(po):
    with po.with_suffix(".mo").open("rb") as file:
        translations = gettext.GNUTranslations(file)
    for message in messages_of(read(po)):
        assert translations.gettext(message.id) == message.string


def test_make_translations_would_change_nothing(tmp_path):
    shutil.copytree(LOCALE, tmp_path / "locale")
    update(tmp_path / "locale")
    assert files_below(tmp_path / "locale") == files_below(LOCALE)


def test_a_new_language_begins_empty_and_says_english(tmp_path, capsys):
    assert main("fr", folder=tmp_path) == 0
    assert capsys.readouterr().out == f"fr: {len(texts_of_the_sources())} texts to be translated\n"
    use_languages(["fr"], tmp_path)
    assert _("Cancel") == "Cancel"


def test_a_text_that_is_gone_is_left_out_and_a_changed_one_waits_for_its_translator(tmp_path):
    shutil.copytree(LOCALE, tmp_path, dirs_exist_ok=True)
    untranslated = update(tmp_path)["de"]
    po = tmp_path / "de/LC_MESSAGES" / f"{DOMAIN}.po"
    old = po.read_text(encoding="utf-8")
    changed = old.replace('msgid "No scratches were found."', 'msgid "No scratches have been found."')
    assert changed != old
    po.write_text(f'{changed}\nmsgid "Buy now"\nmsgstr "Jetzt kaufen"\n', encoding="utf-8")
    assert update(tmp_path)["de"] == untranslated + 1
    assert "Buy now" not in po.read_text(encoding="utf-8")
    assert "No scratches were found." in [message.id for message in read(po) if message.fuzzy]
    use_languages(["de"], tmp_path)
    assert _("No scratches were found.") == "No scratches were found."
    assert _("Cancel") == "Abbrechen"


def test_no_line_number_and_no_date_is_written():
    for path in (LOCALE / f"{DOMAIN}.pot", *CATALOGUES):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert not any("Date" in line for line in lines if line.startswith('"'))
        sources = [name for line in lines if line.startswith("#: ") for name in line[3:].split()]
        assert sources
        assert all((PROJECT / name).is_file() for name in sources)


@pytest.mark.parametrize(
    ("languages", "said"),
    [
        (["de-DE"], "Abbrechen"),
        (["de_AT", "en"], "Abbrechen"),
        (["fr-FR", "de-DE"], "Abbrechen"),
        (["en-US", "de-DE"], "Cancel"),
        (["en"], "Cancel"),
        (["tlh"], "Cancel"),
        ([""], "Cancel"),
        ([], "Cancel"),
    ],
)
def test_the_most_wanted_language_that_there_is(languages, said, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "de")  # what the editor says counts, not what the shell says
    use_languages(["de"])
    use_languages(languages)
    assert _("Cancel") == said


def test_the_plug_in_carries_the_catalogues(tmp_path):
    assemble(tmp_path)
    carried = tmp_path / MODULE / "remote/editors/locale"
    assert files_below(carried) == files_below(LOCALE)
    use_languages(["de"], carried)
    assert _("Cancel") == "Abbrechen"

"""Menus, shortcuts, the docker and its words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ACTIONS = ["restore", "again", "find_scratches", "edited_mask", "server"]


@pytest.mark.newer_krita
def test_the_krita_is_the_one_that_is_meant(krita, kind, krita_python):
    major, minor = (3, 13) if kind.newer else krita_python
    assert krita.facts["python"].startswith(f"{major}.{minor}.")
    assert krita.facts["krita"].startswith("5.2." if kind.newer else "5.")


@pytest.mark.newer_krita
def test_the_filter_menu_has_a_submenu(krita):
    title, actions = krita.run("window.menu")
    assert title == "Restore Old Photo"
    assert actions == [
        ["Restore…", "restore_old_photo_restore"],
        ["Restore Again", "restore_old_photo_again"],
        ["Find Scratches", "restore_old_photo_find_scratches"],
        ["Restart from Edited Mask", "restore_old_photo_edited_mask"],
        ["Server…", "restore_old_photo_server"],
    ]


@pytest.mark.newer_krita
def test_actions_can_be_used_while_the_result_is_the_active_layer(krita, small_photo):
    name, enabled = krita.run("window.enabled_with_group_active", photo=str(small_photo))
    assert name.startswith("Restored – ")
    assert enabled == [True] * 5


@pytest.mark.any_way
def test_shortcuts_can_be_set(make_krita):
    """Each action has its entry, so Krita's own dialog lists it, and a shortcut that the user set is used."""
    krita = make_krita()
    config = Path(krita.environ["XDG_CONFIG_HOME"]) / "kritashortcutsrc"
    krita.close()
    config.write_text("[Shortcuts]\nrestore_old_photo_again=Ctrl+Alt+Shift+Y\n")
    krita = make_krita(again=krita)
    shortcuts = krita.run("window.shortcuts")
    assert shortcuts["restore_old_photo_again"] == "Ctrl+Alt+Shift+Y"
    assert set(shortcuts) == {f"restore_old_photo_{name}" for name in ACTIONS}


def test_what_a_run_will_take_is_said_before_it(krita, photo):
    subject, forecast, server = krita.run("window.forecast", photo=str(photo))
    assert "512 × 512" in subject
    assert "8 bits" in subject
    assert re.search(r"\d\.\d GB of memory, \d+\.\d GB are free", forecast)
    assert re.search(r"About .* seconds?\.", forecast)  # the server has restored before
    assert server.startswith("The server is ready (Processor)") or "at work" in server


@pytest.mark.newer_krita
def test_diagnostics_are_copied_and_name_nobody(krita, way):
    text = krita.run("window.diagnostics")
    assert "Krita" in text
    assert f"Way to the server: {'ZeroMQ' if way == 'zmq' else 'bridge'}" in text
    assert str(krita.home) not in text
    assert "server.log" in text


@pytest.mark.any_way
def test_choices_are_remembered(make_krita):
    krita = make_krita()
    assert krita.run("window.remembered") == 0.5
    assert krita.run("window.remembered", sensitivity=0.73) == 0.73
    krita.run("window.leave")
    krita.ended(30)
    krita = make_krita(again=krita)
    assert krita.run("window.remembered") == 0.73


@pytest.mark.any_way
def test_every_label_can_be_translated(make_krita):
    """With a catalogue that marks every text, no text is left unmarked."""
    from catalogue import write_marked_catalogue

    krita = make_krita()
    plugin = krita.home / ".local/share/krita/pykrita/restore_old_photo"
    krita.close()
    write_marked_catalogue(plugin)
    krita = make_krita(again=krita, LANGUAGE="de", LANG="de_DE.UTF-8", LC_ALL="de_DE.UTF-8")
    texts = krita.run("window.texts")
    plain = [text for text in texts if not text.startswith("⟦") and re.search(r"[A-Za-z]{3}", text)]
    # Paths, names of files and versions are no words.
    plain = [text for text in plain if "/" not in text]
    assert plain == []
    assert len(texts) > 40

"""One key changes, every other byte stays."""

from __future__ import annotations

import pytest

from installers.kritarc import get_key, remove_group, remove_key, set_key

#: As Krita writes it: keys before all groups, a nested group, a value with everything in it, one that is no text.
REAL = (
    b"ResourceDirectory=/home/me/My Krita\nwidth=1\n\n[advancedColorSelector]\ngamma=2.2\n\n"
    b"[krita][python]\nenable=1\n\n"
    b"[python]\nenable_comics_project_management_tools=false\nenable_other=true\n\n"
    b"[theme]\nTheme=Krita dark, [python]\nState=\\x0;%=\xff\n"
)


def set_ours(content: bytes) -> bytes:
    return set_key(content, "python", "enable_ours", "true")


def test_a_key_is_added_to_its_group():
    changed = set_ours(REAL)
    assert changed == REAL.replace(b"\n[python]\n", b"\n[python]\nenable_ours=true\n")
    assert get_key(changed, "python", "enable_ours") == "true"


def test_a_key_that_is_there_is_replaced_in_its_place():
    content = REAL.replace(b"enable_other=true", b"enable_ours = false")
    assert set_ours(content) == content.replace(b"enable_ours = false", b"enable_ours=true")


def test_of_a_key_that_stands_twice_the_last_counts():
    content = b"[python]\nenable_ours=false\n\n[a]\n\n[python]\nenable_ours=false\n"
    changed = set_ours(content)
    assert changed.endswith(b"enable_ours=true\n")
    assert get_key(changed, "python", "enable_ours") == "true"
    assert b"enable_ours" not in remove_key(changed, "python", "enable_ours")


def test_a_group_that_is_missing_is_added_at_the_end():
    assert set_ours(b"[a]\nb=c\n") == b"[a]\nb=c\n\n[python]\nenable_ours=true\n"
    assert set_ours(b"[a]\nb=c") == b"[a]\nb=c\n\n[python]\nenable_ours=true\n"
    assert set_ours(b"") == b"[python]\nenable_ours=true\n"


@pytest.mark.parametrize("content", [REAL, b"", b"[a]\nb=c\n", b"a=b\n", REAL.replace(b"\n", b"\r\n")])
def test_there_and_back_changes_no_byte(content):
    assert remove_key(set_ours(content), "python", "enable_ours") == content


def test_line_ends_stay_those_of_the_file():
    assert set_ours(b"[a]\r\nb=c\r\n") == b"[a]\r\nb=c\r\n\r\n[python]\r\nenable_ours=true\r\n"


def test_a_key_of_a_like_named_group_is_another_one():
    assert get_key(REAL, "python", "enable") is None
    assert get_key(REAL, "krita][python", "enable") == "1"
    assert get_key(REAL, None, "ResourceDirectory") == "/home/me/My Krita"
    assert get_key(REAL, "advancedColorSelector", "ResourceDirectory") is None


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (b"[a]\nb=c\n\n[ours]\nd=e\n", b"[a]\nb=c\n"),
        (b"[a]\nb=c\n\n[ours]\nd=e\n\n[f]\ng=h\n", b"[a]\nb=c\n\n[f]\ng=h\n"),
        (b"[ours]\nd=e\n\n[f]\ng=h\n", b"[f]\ng=h\n"),
        (b"[ours]\nd=e\n", b""),
        (b"[a]\nb=[ours]\n", b"[a]\nb=[ours]\n"),
        (b"[a]\n\n", b"[a]\n\n"),
    ],
)
def test_a_group_is_removed_with_the_blank_line_between(content, left):
    assert remove_group(content, "ours") == left


def test_a_group_with_other_keys_stays():
    assert remove_key(REAL, "python", "enable_other") == REAL.replace(b"enable_other=true\n", b"")

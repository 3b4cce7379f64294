"""Letters by which the parts of a dialog are reached from the keyboard: as many as can have one of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence


def with_mnemonics(labels: Sequence[str], taken: str) -> list[str]:
    """The labels, each with an underscore before a letter that no other one has.

    Where none is left it shares one, preferably with one other alone: pressed again, it leads to the other one. Those
    that come first have one of their own first.

    Args:
        labels: as they are read.
        taken: letters that are used already, in lower case.
    """
    owners: dict[str, int] = {}

    def place(number: int, tried: set[str]) -> bool:
        for letter in _letters(labels[number]):
            if letter in taken or letter in tried:
                continue
            tried.add(letter)
            # Who has it may have another one: a short label must not go without because a long one came first.
            if letter not in owners or place(owners[letter], tried):
                owners[letter] = number
                return True
        return False

    for number in range(len(labels)):
        place(number, set())
    own = {number: letter for letter, number in owners.items()}
    shared = Counter(own.values())
    for number, label in enumerate(labels):
        usable = [letter for letter in _letters(label) if letter not in taken]
        if number not in own and usable:
            own[number] = min(usable, key=lambda letter: shared[letter])
            shared[own[number]] += 1
    return [_marked(label, own.get(number, "")) for number, label in enumerate(labels)]


def _letters(label: str) -> list[str]:
    """Those that words begin with come first."""
    lower = label.lower()
    return re.findall(r"\b[a-z]", lower) + re.findall(r"[a-z]", lower)


def _marked(label: str, letter: str) -> str:
    found = letter and (re.search(rf"\b{letter}", label, re.IGNORECASE) or re.search(letter, label, re.IGNORECASE))
    place = found.start() if found else len(label)
    before, after = (part.replace("_", "__") for part in (label[:place], label[place:]))
    return f"{before}_{after}" if found else before

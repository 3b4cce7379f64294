"""One line of the doctor's page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: ``note`` is worth knowing, and nothing is wrong; with a ``warning`` something works worse than it could; what is
#: ``broken`` does not work.
State = Literal["ok", "note", "warning", "broken"]


@dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Attributes:
        topic: what it is about, a word or two.
        state: how it is.
        sentence: what was found.
        remedy: what to do about it; empty if nothing has to be done.
        public: the sentence for a bug report, where ``sentence`` holds what is nobody's business, such as the path of a
            folder that the user has chosen; empty if they are the same.
    """

    topic: str
    state: State
    sentence: str
    remedy: str = ""
    public: str = ""

    def for_others(self) -> str:
        """The sentence for a bug report."""
        return self.public or self.sentence

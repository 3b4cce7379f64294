"""Why something cannot be done, said to the user."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 # it is no error: the user is told what to do
    """Something cannot be done as it was asked; the text says why, and what to do."""

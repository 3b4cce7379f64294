"""Text in cells of a CSV file: one line, UTF-8, and never a formula; what was written is read back as it was.

Spreadsheet programs take a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula, and a file may have such
a name: it gets an apostrophe in front, as spreadsheets do themselves. Line breaks and other control characters, and
bytes of names that are no text, are written with a backslash, which is then written twice where it stands for itself.
"""

from __future__ import annotations

import re

_FORMULA = ("=", "+", "-", "@", "'")
_TO_ESCAPE = re.compile(r"[\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ESCAPED = re.compile(r"\\(\\|u[0-9a-f]{4})")


def to_cell(text: str) -> str:
    """``text`` as it may stand in a cell."""
    line = _TO_ESCAPE.sub(lambda found: "\\\\" if found[0] == "\\" else f"\\u{ord(found[0]):04x}", text)
    # Spreadsheets skip blanks and full-width forms of the signs.
    first = line.lstrip()[:1]
    return f"'{line}" if (first in _FORMULA and first) or first in ("＝", "＋", "－", "＠") else line


def from_cell(cell: str) -> str:
    """The inverse of ``to_cell``. Any text is accepted."""
    line = cell[1:] if cell.startswith("'") else cell
    return _ESCAPED.sub(lambda found: "\\" if found[1] == "\\" else chr(int(found[1][1:], 16)), line)

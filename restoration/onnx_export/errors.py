"""What can go wrong while exporting."""

from __future__ import annotations

from restoration.errors import RestorationError


class ExportError(RestorationError):
    """A file would not give what the program gives, or the libraries to make it are missing."""

    code = "export"

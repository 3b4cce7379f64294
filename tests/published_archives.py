"""The two archives as they were published, made of small networks."""

from __future__ import annotations

import zipfile
from pathlib import Path

from restoration.weights.sources import ARCHIVES


def archives_of(folder: Path, target: Path) -> dict[str, Path]:
    """The archives by their names, of an official folder; packed as published: what lies in Global, not Global itself.

    Args:
        folder: holds ``Global`` and ``Face_Enhancement``.
        target: where they are written.
    """
    made = {}
    for archive in ARCHIVES:
        made[archive.file] = target / archive.file
        with zipfile.ZipFile(target / archive.file, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted((folder / archive.folder).rglob("*")):
                if path.is_file():
                    packed.write(path, path.relative_to(folder / archive.folder).as_posix())
            # Training left more in there.
            packed.writestr("checkpoints/restoration/VAE_A_quality/latest_net_D.pth", b"a discriminator")
    return made

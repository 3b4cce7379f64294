"""Where the official weights can be had, what they are licensed as, and what is known of them.

All of it was read in public places in 2026, none of it was tried by this project:

* the release of the authors: named by their own README. It cuts long downloads off, and users have met 404 (issue 307
  of that repository);
* two copies by others: of the two archives (the release of ``Haoming02/sd-webui-old-photo-restoration``), and of the
  unpacked files (``databuzzword/bringing-old-photos-back-to-life`` at Hugging Face, which seven other programs use).

Nobody has published a sum of the archives. That of one file in them is given by three independent programs.
"""

from __future__ import annotations

from dataclasses import dataclass

#: Names another source in place of those below: a folder, or an address that begins with http.
SOURCE_VARIABLE = "RESTORE_OLD_PHOTO_MODELS_FROM"


@dataclass(frozen=True)
class Archive:
    """One of the two published archives.

    Attributes:
        file: its name.
        folder: into which it unpacks, in the official folder.
    """

    file: str
    folder: str


ARCHIVES = (Archive("global_checkpoints.zip", "Global"), Archive("face_checkpoints.zip", "Face_Enhancement"))

#: Addresses below which the archives, or the files that they unpack to, lie. They are tried in this order.
OFFICIAL_ADDRESSES = (
    "https://github.com/microsoft/Bringing-Old-Photos-Back-to-Life/releases/download/v1.0/",
    "https://huggingface.co/databuzzword/bringing-old-photos-back-to-life/resolve/main/",
    "https://github.com/Haoming02/sd-webui-old-photo-restoration/releases/download/1.0/",
)

OFFICIAL_LICENCE = "MIT, Copyright (c) Microsoft Corporation"
OFFICIAL_TERMS = (
    'The authors of "Bringing Old Photos Back to Life" (Wan et al., CVPR 2020) publish their networks under the MIT '
    "licence: free to use, change and pass on, also commercially, as long as their copyright notice is kept, and "
    "without any warranty. They add that their project is for academic research. "
    "https://github.com/microsoft/Bringing-Old-Photos-Back-to-Life"
)

#: sha256 of published files, by their names in ``CHECKPOINTS``.
PUBLISHED_SUMS = {
    "scratch_detector": "b2d7ab04e9b3885c6b1991bb7a0b823129dd6e3ac078a9fd059ebd2a7ba59a95",
}

#: No published file is larger than 452 MB, no archive than some 2 GB; what is, is something else.
LARGEST_CHECKPOINT_BYTES = 700_000_000
LARGEST_ARCHIVE_BYTES = 4_000_000_000

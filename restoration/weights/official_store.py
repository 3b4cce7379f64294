"""The official folder as ``models fetch`` fills it: published checkpoints become safetensors, one file a network."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

from safetensors.torch import save

from restoration.atomic_file import atomic_file
from restoration.errors import OutputError, WeightsError
from restoration.file_sums import sha256_of
from restoration.networks.base import enumerate_briefly
from restoration.weights.checkpoint_files import UnreadableError, read_checkpoint
from restoration.weights.checkpoint_sources import CheckpointSource
from restoration.weights.manifest import Manifest, StoredFile, downloads_in, read_manifest, write_manifest
from restoration.weights.official import CHECKPOINTS, saved_name
from restoration.weights.reference import REFERENCE_NETWORKS
from restoration.weights.sources import OFFICIAL_LICENCE, PUBLISHED_SUMS

_SPARE_BYTES = 200_000_000


def manifest_of(folder: Path) -> Manifest:
    """The manifest in an official folder, or an empty one.

    Raises:
        WeightsError: there is one that cannot be read.
    """
    return read_manifest(folder) or Manifest(OFFICIAL_LICENCE)


def missing_in(folder: Path) -> list[str]:
    """The networks that have not been saved in a folder, names of ``CHECKPOINTS``."""
    saved = manifest_of(folder).files
    return [name for name in CHECKPOINTS if saved_name(name) not in saved or not (folder / saved_name(name)).is_file()]


def check_unclaimed(folder: Path) -> None:
    """Check that what is going to be saved takes no place of a file that was not fetched: the user's own.

    Raises:
        OutputError: it would.
        WeightsError: the manifest cannot be read.
    """
    saved = manifest_of(folder).files
    wanted = [saved_name(name) for name in missing_in(folder)]
    claimed = [name for name in wanted if name not in saved and os.path.lexists(folder / name)]
    if claimed:
        raise OutputError(
            f"In {folder} there is something that was not fetched by this program: {', '.join(claimed)}.",
            "Move it away, or name another folder with --models.",
        )


def save_network(folder: Path, name: str, source: CheckpointSource, *, must_be_published: bool) -> str:
    """Read a published checkpoint, check its keys and shapes, and save it.

    Args:
        folder: the official folder; made if it is not there.
        name: of ``CHECKPOINTS``.
        source: holds the checkpoint.
        must_be_published: refuse a file whose sum is not the published one, where one has been published. What the user
            has may be their own training.

    Returns:
        What the user should know: that the sum is not the published one; else empty.

    Raises:
        WeightsError: it is not the checkpoint of this network.
        OutputError: it cannot be written, the disk is full, or a file that was not fetched is in its place.
    """
    scratch = downloads_in(folder, OFFICIAL_LICENCE)
    note = ""
    with source.opened(name, scratch) as checkpoint:
        published = sha256_of(checkpoint)
        if name in PUBLISHED_SUMS and published != PUBLISHED_SUMS[name]:
            said = f"{CHECKPOINTS[name].path} has not the sum of the published file."
            if must_be_published:
                raise WeightsError(f"{said} It was discarded.", "Name another source with --from.")
            note = said
        ours = saved_name(name) in manifest_of(folder).files
        size, digest = _save(folder / saved_name(name), name, checkpoint, overwrite=ours)
    stored = StoredFile(saved_name(name), size, digest, source.title, published)
    write_manifest(folder, manifest_of(folder).with_file(stored))
    return note


def _save(target: Path, name: str, checkpoint: Path, *, overwrite: bool) -> tuple[int, str]:
    about = CHECKPOINTS[name]
    try:
        content = read_checkpoint(checkpoint, about.inside)
    except UnreadableError as error:
        raise WeightsError(f"{about.path}: {error}.", "Name another source with --from.") from error
    network = REFERENCE_NETWORKS[about.network]
    misfits = network.misfits(content)
    if misfits:
        raise WeightsError(
            f"{about.path}: not the weights of this network ({enumerate_briefly(misfits)}).",
            "Name another source with --from.",
        )
    needed = checkpoint.stat().st_size + _SPARE_BYTES
    free = shutil.disk_usage(target.parent).free
    if free < needed:
        raise OutputError(
            f"{target.name} needs up to {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {target.parent}.",
            "Free some space, or name another folder with --models.",
        )
    # What training left beside the weights is not kept. A copy each: two of them may share their memory. Each is given
    # up once it is copied, and the copies once they are bytes: a network has some hundred megabytes.
    keys = network.skeleton(content).stored_shapes()
    packed = save({key: content.pop(key).contiguous().clone() for key in keys if key in content})
    # As bytes and not by safetensors' own writer: that puts another file into the place of this one, which is open.
    with atomic_file(target, overwrite=overwrite) as file:
        file.write(packed)
    return len(packed), hashlib.sha256(packed).hexdigest()

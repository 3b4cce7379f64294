"""The official folder as ``models fetch`` fills it: published checkpoints become safetensors, one file a network."""

from __future__ import annotations

import shutil
from pathlib import Path

from safetensors.torch import save_file

from restoration.atomic_file import atomic_file
from restoration.errors import OutputError, WeightsError
from restoration.networks.base import enumerate_briefly
from restoration.weights.checkpoint_files import UnreadableError, read_checkpoint
from restoration.weights.checkpoint_sources import CheckpointSource
from restoration.weights.manifest import DOWNLOADS, Manifest, StoredFile, read_manifest, sum_of, write_manifest
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
        OutputError: it cannot be written, or the disk is full.
    """
    scratch = folder / DOWNLOADS
    scratch.mkdir(parents=True, exist_ok=True)
    note = ""
    with source.opened(name, scratch) as checkpoint:
        published = sum_of(checkpoint)
        if name in PUBLISHED_SUMS and published != PUBLISHED_SUMS[name]:
            said = f"{CHECKPOINTS[name].path} has not the sum of the published file."
            if must_be_published:
                raise WeightsError(f"{said} It was discarded.", "Name another source with --from.")
            note = said
        size, digest = _save(folder / saved_name(name), name, checkpoint)
    stored = StoredFile(saved_name(name), size, digest, source.title, published)
    write_manifest(folder, manifest_of(folder).with_file(stored))
    return note


def _save(target: Path, name: str, checkpoint: Path) -> tuple[int, str]:
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
    # What training left beside the weights is not kept. A copy each: two of them may share their memory.
    keys = network.skeleton(content).stored_shapes()
    tensors = {key: content[key].contiguous().clone() for key in keys if key in content}
    with atomic_file(target, overwrite=True) as file:
        unfinished = Path(file.name)
        mode = unfinished.stat().st_mode
        save_file(tensors, unfinished)
        unfinished.chmod(mode)  # it makes a file that its owner alone can read, and models are shared
        return unfinished.stat().st_size, sum_of(unfinished)

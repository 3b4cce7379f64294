"""Files of networks that agree with torch; others are not left behind."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from restoration.atomic_file import atomic_file, check_output
from restoration.onnx_export.check import LARGEST_DIFFERENCE, LEAST_DECIBEL, Agreement, agreement
from restoration.onnx_export.errors import ExportError
from restoration.onnx_export.making import Variant, made
from restoration.onnx_export.networks import Exportable
from restoration.onnx_export.references import References


@dataclass(frozen=True)
class Written:
    """A file that was made.

    Attributes:
        path, size: of the file, in bytes.
        agreement: with torch.
    """

    path: Path
    size: int
    agreement: Agreement


def file_of(folder: Path, network: Exportable, variant: Variant) -> Path:
    """What the file of a network is called."""
    return folder / (f"{network.name}.onnx" if variant == "fp32" else f"{network.name}.{variant}.onnx")


def write(
    folder: Path, network: Exportable, variant: Variant, references: References, overwrite: bool = False
) -> Written:
    """Makes the file of a network and compares it with torch.

    Args:
        folder: that is there.
        network, variant: see ``making.made``.
        references: what torch says.
        overwrite: whether a file of that name may be replaced.

    Raises:
        ExportError: it does not agree; no file is left.
        OutputError: it cannot be written.
    """
    path = file_of(folder, network, variant)
    check_output(path, overwrite=overwrite)
    content = made(network, variant).SerializeToString()
    found = agreement(content, references.cases(network.name))
    if not found.suffices(variant):
        wanted = f"{LEAST_DECIBEL:.0f} dB" if variant == "half" else f"{LARGEST_DIFFERENCE:g}"
        raise ExportError(
            f"{path.name} was not written: it differs from torch by {found.largest:.2g} ({found.decibel:.0f} dB) where "
            f"{wanted} is asked for.",
            "Another version of torch or onnx may have changed something; see requirements.lock for those that work.",
        )
    with atomic_file(path, overwrite=overwrite) as file:
        file.write(content)
    return Written(path, len(content), found)

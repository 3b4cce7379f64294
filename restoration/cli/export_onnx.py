"""``export-onnx``: the compact networks for programs without torch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from restoration.cli.options import ForceOption
from restoration.cli.reporting import UsageError
from restoration.errors import OutputError

if TYPE_CHECKING:
    from restoration.onnx_export.making import Variant
    from restoration.onnx_export.networks import Exportable

_WITHOUT_TERMINAL = 120


def export_onnx(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the files; made if it is not there.")],
    half: Annotated[
        bool, typer.Option("--half", help="Files that compute in half precision: half the size, for GPUs.")
    ] = False,
    int8: Annotated[
        bool, typer.Option("--int8", help="Files with weights in 8 bits: a quarter of the size, the same pictures.")
    ] = False,
    networks: Annotated[
        str | None,
        typer.Option(metavar="NAME,NAME…", help="Which networks, separated by commas.", show_default="all"),
    ] = None,
    force: ForceOption = False,
) -> None:
    """Write the compact networks as ONNX files, for phones and browsers; each is compared with torch first.

    Without --half and --int8 they are in single precision; with both there are both. See docs/mobile.md.
    """
    asked: tuple[tuple[Variant, bool], ...] = (("half", half), ("int8", int8))
    variants = [variant for variant, wanted in asked if wanted] or ["fp32"]
    _check_libraries()
    from restoration.atomic_file import check_output
    from restoration.onnx_export.references import References
    from restoration.onnx_export.writing import file_of, write

    wanted = _chosen(networks)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"The folder {out} cannot be made: {error.strerror}.", "Choose another place.") from error
    for network in wanted:
        for variant in variants:
            check_output(file_of(out, network, variant), overwrite=force)
    references = References()
    table = Table(box=box.SIMPLE_HEAD)
    for heading in ("File", "Size", "Largest difference from torch", "Noise"):
        table.add_column(heading, justify="left" if heading == "File" else "right")
    for network in wanted:
        for variant in variants:
            written = write(out, network, variant, references, overwrite=force)
            typer.echo(written.path)
            found = written.agreement
            table.add_row(
                written.path.name, f"{written.size / 1e6:.1f} MB", f"{found.largest:.1e}", f"{found.decibel:.0f} dB"
            )
    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        console.width = _WITHOUT_TERMINAL
    console.print(table)


def _chosen(names: str | None) -> list[Exportable]:
    from restoration.onnx_export.networks import EXPORTABLE

    known = {network.name: network for network in EXPORTABLE}
    if names is None:
        return list(EXPORTABLE)
    chosen = list(dict.fromkeys(name.strip() for name in names.split(",")))
    for name in chosen:
        if name not in known:
            raise UsageError(f"There is no network {name!r} to export.", f"Choose of: {', '.join(known)}.")
    return [known[name] for name in chosen]


def _check_libraries() -> None:
    try:
        import onnx  # noqa: F401
        import onnxruntime  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"The library {error.name} is not installed.", 'Install the extra: pip install "restore-old-photo[export]".'
        ) from error

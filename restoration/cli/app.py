"""The commands, put together."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from restoration.cli.age import age
from restoration.cli.bench import bench
from restoration.cli.detect import detect
from restoration.cli.doctor import doctor
from restoration.cli.evaluate import evaluate
from restoration.cli.evaluate_colour import evaluate_colour
from restoration.cli.evaluate_faces import evaluate_faces
from restoration.cli.evaluate_inpainting import evaluate_inpainting
from restoration.cli.export_onnx import export_onnx
from restoration.cli.install import install, uninstall
from restoration.cli.models import app as models
from restoration.cli.reporting import reported
from restoration.cli.restore import restore
from restoration.cli.server_commands import logs, serve, status, stop
from restoration.cli.stages import stages
from restoration.cli.train import train

#: The commands by name, in the order in which ``--help`` lists them. A further one is a further line.
COMMANDS: dict[str, Callable[..., None]] = {
    "restore": restore,
    "detect": detect,
    "stages": stages,
    "install": install,
    "uninstall": uninstall,
    "serve": serve,
    "status": status,
    "stop": stop,
    "logs": logs,
    "doctor": doctor,
    "age": age,
    "bench": bench,
    "evaluate": evaluate,
    "evaluate-faces": evaluate_faces,
    "evaluate-inpainting": evaluate_inpainting,
    "evaluate-colour": evaluate_colour,
    "train": train,
    "export-onnx": export_onnx,
}

app = typer.Typer(
    help="Restores scans of old photographs: scratches, fading and grain, faces.",
    no_args_is_help=True,
    add_completion=False,
    # Plain text: a usage error stays one sentence that can be read, copied and searched for, without a box around it.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

for _name, _command in COMMANDS.items():
    app.command(_name)(reported(_command))
#: A command with commands of its own, each of which is ``reported`` where it is made.
app.add_typer(models, name="models")


def _show_version(wanted: bool) -> None:
    if not wanted:
        return
    try:
        number = version("restore-old-photo")
    except PackageNotFoundError:
        number = "(run from its source, not installed)"
    typer.echo(f"restore-old-photo {number}")
    raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Options of the program itself."""

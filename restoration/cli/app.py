"""The commands, put together."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

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

#: The commands by name, under the headings of ``--help``, in their order there. A further one is a further line.
SECTIONS: dict[str, dict[str, Callable[..., None]]] = {
    "Commands": {"restore": restore, "detect": detect, "stages": stages},
    "Editors and their server": {
        "install": install,
        "uninstall": uninstall,
        "serve": serve,
        "status": status,
        "stop": stop,
        "logs": logs,
    },
    "This installation": {"doctor": doctor},
    "Training and measuring": {
        "age": age,
        "bench": bench,
        "evaluate": evaluate,
        "evaluate-faces": evaluate_faces,
        "evaluate-inpainting": evaluate_inpainting,
        "evaluate-colour": evaluate_colour,
        "train": train,
        "export-onnx": export_onnx,
    },
}
COMMANDS = {name: command for section in SECTIONS.values() for name, command in section.items()}
#: A command with commands of its own stands under this heading.
_OF_MODELS = "This installation"


class _Sections(TyperGroup):
    """Lists the commands under their headings: who restores photos need not read what is there for training."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for heading, section in SECTIONS.items():
            names = [*section, *(["models"] if heading == _OF_MODELS else [])]
            width = formatter.width - 6 - max(map(len, names))
            rows = [(name, self.commands[name].get_short_help_str(width)) for name in names]
            with formatter.section(heading):
                formatter.write_dl(rows)


app = typer.Typer(
    cls=_Sections,
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
# Each of its commands is ``reported`` where it is made.
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

"""``restore-old-photo models``: the networks that there are, and those that can be fetched."""

from __future__ import annotations

import typer

from restoration.cli.models_fetch import fetch
from restoration.cli.models_list import ModelsFolderOption, list_models
from restoration.cli.models_remove import remove
from restoration.cli.models_verify import verify
from restoration.cli.reporting import reported

app = typer.Typer(
    invoke_without_command=True,
    no_args_is_help=False,
    add_completion=False,
    rich_markup_mode=None,
    help="List the networks, where they are from and their licences; fetch, check and remove the published ones.",
)


@app.callback()
@reported
def _alone(context: typer.Context, folder: ModelsFolderOption = None) -> None:
    """List the networks, where they are from and their licences; fetch, check and remove the published ones."""
    context.obj = folder  # also for the commands below
    if context.invoked_subcommand is None:
        list_models(folder)


@app.command("list")
@reported
def _list(context: typer.Context, folder: ModelsFolderOption = None) -> None:
    """List the networks, where they are from and their licences. So does "models" alone."""
    list_models(folder or context.obj)


app.command("fetch")(reported(fetch))
app.command("verify")(reported(verify))
app.command("remove")(reported(remove))

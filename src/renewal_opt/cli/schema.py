"""`schema` and `completion`."""

from __future__ import annotations

import click

from ..i18n import N_, _
from .base import PROGRAM, Choice, argument, command, option
from .output import print_json


@command("schema", help=N_("Prints the schema of policy, library, scenario, plan or robust question: as JSON Schema, or as a page to read."))
@argument("name", type=Choice(["policy", "library", "scenario", "plan", "robust"]), about=N_("Which schema."))
@option("--page", "as_page", is_flag=True, help=N_("Print a readable page in place of JSON Schema."))
def schema(name: str, as_page: bool) -> None:
    """Print a schema."""
    from ..io.schemapage import json_schema, page

    if as_page:
        click.echo(page(name))
    else:
        print_json(json_schema(name))


@command("completion", help=N_("Prints the completion script of a shell, for example: eval \"$(renewal-opt completion bash)\""))
@argument("shell", type=Choice(["bash", "zsh", "fish"]), about=N_("Which shell."))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a completion script."""
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    if made is None:  # pragma: no cover - click knows the three
        raise click.UsageError(_("no completion for {shell}").format(shell=shell))
    variable = f"_{PROGRAM}_COMPLETE".replace("-", "_").upper()
    completer = made(ctx.find_root().command, {}, PROGRAM, variable)
    click.echo(made.source_template % completer.source_vars())

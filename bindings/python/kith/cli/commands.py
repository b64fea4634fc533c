"""The group of all commands."""

from __future__ import annotations

import click

from kith import _kith
from kith.cli import changing, importing, numbers, records, selling, upkeep


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(".".join(str(_kith.version >> shift & 0xFF) for shift in (16, 8, 0)), prog_name="kith")
def cli() -> None:
    """A CRM in a directory: records, history, funnels and forecasts.

    \b
    Records are named by id, TYPE:NAME or TYPE:SYSTEM=KEY: kith show account:Acme
    Completion: eval "$(_KITH_COMPLETE=bash_source kith)" (or zsh_source, fish_source)
    Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not found, 4 conflict, 5 not permitted, 6 not now, 7 damaged, 8 done in part
    """


for _command in (*records.COMMANDS, *selling.COMMANDS, *importing.COMMANDS, *numbers.COMMANDS, *changing.COMMANDS, *upkeep.COMMANDS):
    cli.add_command(_command)
numbers.pipeline.add_command(changing.migrate)
cli.add_command(upkeep.shell_command(cli))

"""The `kith` command (``pip install kith[cli]``).

Exit codes: 0 done, 1 refused, 2 wrong usage, 3 not found, 4 conflict (read again and retry), 5 not permitted, 6 not now (try later),
7 the file is damaged or does not verify, 8 done in part (an import left rows out). Errors go to standard error, with ``--json`` as JSON.
"""

from __future__ import annotations

import sys

__all__ = ["main"]


def main() -> None:
    """The entry point of the `kith` command."""
    try:
        from kith.cli.commands import cli
        from kith.cli.helping import in_chinese
        from kith.cli.session import language
    except ModuleNotFoundError as error:
        sys.exit(f"kith: the command needs the package {error.name}: pip install 'kith[cli]'")
    given = next((sys.argv[i + 1] for i, word in enumerate(sys.argv[:-1]) if word == "--lang"), None)
    if language(given) == "zh":
        in_chinese(cli)
    cli(prog_name="kith")

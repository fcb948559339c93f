"""What the command line takes from the environment, to hold configuration files against."""

import click
import typer.main

from parkwatt.cli import app


def command(words: list[str]) -> click.Command:
    """The command that words name: `["grafana", "publish"]`.

    Raises:
        KeyError: if there is none.
    """
    found: click.Command = typer.main.get_command(app)
    for word in words:
        found = found.commands[word]  # type: ignore[attr-defined]
    return found


def variables(words: list[str]) -> dict[str, click.Parameter]:
    """The options of a command by the environment variable that sets them."""
    found: dict[str, click.Parameter] = {}
    for parameter in command(words).params:
        names = parameter.envvar or f"PARKWATT_{'_'.join(words)}_{parameter.name}".upper()
        found |= dict.fromkeys([names] if isinstance(names, str) else names, parameter)
    return found

"""`parkwatt health`: is the process beside this one well, for whoever restarts or watches it."""

import base64
import time
import urllib.error
import urllib.request
from typing import Annotated

import typer

from parkwatt import given
from parkwatt.heartbeat import ailment
from parkwatt.options import HeartbeatOption, PasswordOption

_TIMEOUT = 5.0
"""Seconds that the page has to answer."""


def health(
    heartbeat: HeartbeatOption = None,
    http_port: Annotated[
        int, typer.Option("--http-port", envvar="PARKWATT_HTTP_PORT", help="Port of the page, without --heartbeat.")
    ] = 8080,
    password: PasswordOption = None,
) -> None:
    """End with status 0 if a process on this machine is well, with 1 and the reason if not.

    A process with a page is asked there; one without, such as `collect`, by its heartbeat.
    """
    wrong = _of_page(http_port, password) if heartbeat is None else ailment(heartbeat, now=time.time_ns() // 1_000_000)
    if wrong:
        given.end(1, wrong)
    typer.echo("well")


def _of_page(port: int, password: str | None) -> str | None:
    """What the page says is wrong; None if nothing is."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/readyz")
    if password:
        request.add_header("Authorization", f"Basic {base64.b64encode(f'health:{password}'.encode()).decode()}")
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT):  # noqa: S310 - of this machine
            return None
    except urllib.error.HTTPError as error:
        return f"port {port} answers {error.code}: {error.read(2000).decode(errors='replace')}"
    except OSError as error:
        return f"port {port} does not answer: {error}"

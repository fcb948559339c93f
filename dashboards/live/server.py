"""The web server: pages, HTTP interface, health and metrics on one port."""

import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import ui
from starlette.middleware.gzip import GZipMiddleware

from dashboards.live import page
from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.live.health import health_routes
from dashboards.live.metrics import metrics_routes
from dashboards.live.security import Door
from dashboards.live.store_errors import tell_store_errors
from parkwatt import __version__

_MARK = Path(__file__).parent / "static" / "mark.svg"


def build(context: Context, *, password: str | None = None) -> FastAPI:
    """The application: everything that is answered on the port."""
    app = FastAPI(
        title="Parkwatt",
        version=__version__,
        description="Readings, consumption and emissions of an industrial park. All times are ISO 8601.",
        openapi_url="/api/openapi.json",
        docs_url=None,  # its page loads scripts from the internet, and parks are offline
        redoc_url=None,
    )
    app.include_router(api_routes(context))
    app.include_router(health_routes(context))
    app.include_router(metrics_routes(context))
    tell_store_errors(app)
    page.register(context)
    ui.run_with(app, tailwind=False, title="Parkwatt", favicon=_MARK, show_welcome_message=False)
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    app.add_middleware(Door, password=password)
    return app


class Server(uvicorn.Server):
    """uvicorn with this application; `run` answers until the process is told to stop (Ctrl-C, SIGTERM)."""

    def __init__(self, app: FastAPI, *, host: str, port: int, ready: Callable[[], None]) -> None:
        """Prepare.

        Args:
            app: what to serve.
            host: address to listen on.
            port: TCP port.
            ready: called once, when the port is open.
        """
        super().__init__(
            uvicorn.Config(
                app, host=host, port=port, log_level="warning", access_log=False, timeout_graceful_shutdown=2
            )
        )
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Open the port, and say so."""
        await super().startup(sockets)
        if self.started:
            self._ready()

"""Serves the pages of the worked example: `python -m tests.explain.serve_park FOLDER PORT`."""

import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from dashboards.live.api import api_routes
from dashboards.live.context import Context
from dashboards.live.page import register
from ingest.origins import RawOrigins
from parkwatt.live import Live
from parkwatt.park.load import load_park
from parkwatt.status import Status
from parkwatt.store.duck import DuckStore
from tests.account.scene import HOUR
from tests.explain.example import run


def build(folder: Path) -> FastAPI:
    """The example, from its messages on, on the last day of its month."""
    store = DuckStore(folder / "park.duckdb")
    run(folder, store)
    park, newest = load_park(folder / "park.yaml"), store.latest()
    now = max(one.arrived for one in newest.values()) - 12 * HOUR
    context = Context(
        park,
        store,
        Live(newest),
        lambda: Status(store.totals()),
        lambda: now,
        origins=RawOrigins.below(folder / "raw", park.id),
        park_file=folder / "park.yaml",
    )
    app = FastAPI()
    app.include_router(api_routes(context))
    register(context)
    ui.run_with(app, tailwind=False, show_welcome_message=False)
    return app


if __name__ == "__main__":
    uvicorn.run(build(Path(sys.argv[1])), host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")

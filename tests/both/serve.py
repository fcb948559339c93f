"""Serves a store with a clock that stands: `python -m tests.both.serve STORE PARK_FILE PORT`."""

import asyncio
import sys
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import app as pages
from nicegui import background_tasks, ui

from dashboards.live.figures.shapes import Attention
from dashboards.live.gathered import GatheredFigures
from dashboards.live.page import register
from parkwatt.park.load import load_park
from parkwatt.readings import Millis
from parkwatt.store.open import open_store
from tests.both.contexts import context_of


class Figures(GatheredFigures):
    """What needs a person always knows the day: while the clock stands it would not be computed once more."""

    def attention(self, now: Millis) -> tuple[Attention, ...]:
        self.park_day(now)
        return super().attention(now)


def build(store_url: str, park_file: Path) -> FastAPI:
    """The pages of a store."""
    park = load_park(park_file)
    context = context_of(open_store(store_url, park=park, writer="page"), park)
    app = FastAPI()

    async def beat() -> None:
        """While the clock stands, nothing else makes the page tell what the store has answered meanwhile."""
        while True:
            context.live.version += 1
            await asyncio.sleep(0.5)

    pages.on_startup(lambda: background_tasks.create(beat(), name="beat"))
    register(context, Figures(context))
    ui.run_with(app, tailwind=False, show_welcome_message=False)
    return app


if __name__ == "__main__":
    url, file, port = sys.argv[1:]
    uvicorn.run(build(url, Path(file)), host="127.0.0.1", port=int(port), log_level="warning")

"""Serves the page with made-up figures, to look at it: `python -m tests.page.serve_demo PORT [--steady]`."""

import asyncio
import sys
import time
from typing import cast

import uvicorn
from fastapi import FastAPI
from nicegui import app as pages
from nicegui import background_tasks, ui

from dashboards.live.page import register
from parkwatt.readings import Millis
from parkwatt.store import Store
from tests.page.samples import NOON, SampleFigures, sample_context


def build(*, steady: bool) -> FastAPI:
    """The page with sample figures that move by themselves, or only when `/control` is told so."""
    begun = time.monotonic()
    ahead = 0

    def clock() -> Millis:
        return NOON + ahead + round((time.monotonic() - begun) * 1000)

    context = sample_context(cast("Store", None), clock=clock, history=0.43)
    figures = SampleFigures(context.park, wobble=0.0 if steady else 0.02)
    app = FastAPI()
    register(context, figures)

    @app.post("/control")
    def control(power: float = 48_213.4, *, spoken: bool = True, waits: bool = True, later: int = 0) -> None:
        nonlocal ahead
        ahead += later
        figures.power = power
        figures.spoken = spoken
        figures.waits = waits
        context.live.version += 1

    async def beat() -> None:
        while not steady:
            context.live.version += 1
            await asyncio.sleep(0.05)

    pages.on_startup(lambda: background_tasks.create(beat(), name="beat"))
    ui.run_with(app, tailwind=False, show_welcome_message=False)
    return app


if __name__ == "__main__":
    uvicorn.run(build(steady="--steady" in sys.argv), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")

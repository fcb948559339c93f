"""Serves the page with made-up figures, to look at it: `python -m tests.page.serve_demo PORT`."""

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


def main(port: int) -> None:
    """Serve until stopped; new figures twenty times a second."""
    begun = time.monotonic()

    def clock() -> Millis:
        return NOON + round((time.monotonic() - begun) * 1000)

    context = sample_context(cast("Store", None), clock=clock, history=0.43)
    app = FastAPI()
    register(context, SampleFigures(context.park, wobble=0.02))

    async def beat() -> None:
        while True:
            context.live.version += 1
            await asyncio.sleep(0.05)

    pages.on_startup(lambda: background_tasks.create(beat(), name="beat"))
    ui.run_with(app, tailwind=False, show_welcome_message=False)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")


if __name__ == "__main__":
    main(int(sys.argv[1]))

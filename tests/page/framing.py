"""Makes a view's frame from sample figures, once what they ask the store for is there."""

import asyncio
from typing import cast

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Frame
from dashboards.live.view import View
from parkwatt.store import Store
from tests.page.samples import NOON, SampleFigures, sample_context

CONTEXT = sample_context(cast("Store", None), clock=lambda: NOON)
ENGLISH = Edition(CONTEXT.park, "en")
CHINESE = Edition(CONTEXT.park, "zh")


def frame(view: View, subject: str = "", *, edition: Edition = ENGLISH, figures: SampleFigures | None = None) -> Frame:
    async def made() -> Frame:
        cache = FigureCache(CONTEXT, figures or SampleFigures(CONTEXT.park))
        view.frame(edition, cache, subject)
        await cache.settle(5)
        return view.frame(edition, cache, subject)

    return asyncio.run(made())

"""Registers the pages with NiceGUI: which address shows which view, in which language."""

import hashlib
from pathlib import Path
from urllib.parse import urlencode

from fastapi import Request, Response
from nicegui import app, background_tasks, ui

from dashboards.live.broadcast import Broadcast
from dashboards.live.channel import SocketChannel
from dashboards.live.context import Context
from dashboards.live.edition import embedded
from dashboards.live.figures.clocks import Clocks
from dashboards.live.frame import message
from dashboards.live.gathered import GatheredFigures
from dashboards.live.scene import Scenes
from dashboards.live.view import Topic, UnknownSubjectError, View, subject_of
from dashboards.live.views import UNKNOWN, VIEWS
from dashboards.live.wanted import Figures
from dashboards.live.words import LANGUAGES, preferred, texts

_STATIC = Path(__file__).parent / "static"
_FIRST_PAINT_WAITS = 0.5
"""Seconds that the first paint waits for figures from the store; after that it shows skeletons."""
_COOKIE = "parkwatt_language"
_NEEDED_BY_CHARTS = ui.echart
"""Naming it makes NiceGUI serve the ECharts of its wheel as the module `nicegui-echart`."""


def register(context: Context, figures: Figures | None = None) -> None:
    """Make all pages of the park known to NiceGUI.

    `ui.run_with(app, tailwind=False, ...)` then serves them.

    Args:
        context: the park and where its numbers come from.
        figures: other figures than those of the context, for tests.
    """
    texts()
    clocks = Clocks()
    scenes = Scenes(context, lambda still: figures or GatheredFigures(still, clocks))
    views = {view.name: view for view in (*VIEWS, UNKNOWN)}
    channel = SocketChannel()
    broadcast = Broadcast(scenes, views, channel)
    channel.welcome(broadcast.whole)
    app.on_startup(lambda: background_tasks.create(broadcast.run(), name="parkwatt live updates"))
    pages = _Pages(scenes, _serve_static())
    for view in VIEWS:
        _route(view, pages)


def _route(view: View, pages: "_Pages") -> None:
    if "{subject" in view.path:

        @ui.page(view.path)
        async def about(request: Request, subject: str) -> Response | None:
            return await pages.show(view, subject, request)
    else:

        @ui.page(view.path)
        async def plain(request: Request) -> Response | None:
            return await pages.show(view, "", request)


def _serve_static() -> str:
    """Serve scripts and styles under an address that changes with them, so that browsers may keep them for good."""
    digest = hashlib.sha256()
    for path in sorted(_STATIC.rglob("*.*")):
        digest.update(path.read_bytes())
    address = f"/parkwatt/{digest.hexdigest()[:12]}"
    app.add_static_files(address, _STATIC, max_cache_age=31_536_000)
    return address


class _Pages:
    """Builds pages: HTML made here, so that it is on the screen before any script runs."""

    def __init__(self, scenes: Scenes, static: str) -> None:
        self._scenes = scenes
        self._static = static

    async def show(self, view: View, named: str, request: Request) -> Response | None:
        """Fill the NiceGUI page that is being built; where nothing has that name, say so, with status 404.

        Args:
            view: what to show.
            named: what the address names; empty where the view is about no single thing.
            request: the browser's request.
        """
        asked = {name: text for name in view.parameters if (text := request.query_params.get(name)) is not None}
        try:
            await self._build(view, named, subject_of(named, asked), request)
        except UnknownSubjectError:
            await self._build(UNKNOWN, named, f"{view.name}/{named}", request)
            return ui.context.client.build_response(request, 404)
        return None

    async def _build(self, view: View, named: str, subject: str, request: Request) -> None:
        asked = request.query_params.get("lang")
        language = preferred(asked, request.cookies.get(_COOKIE), request.headers.get("accept-language"))
        figures, editions = self._scenes.now()
        edition = editions[language]
        view.frame(edition, figures, subject)
        await figures.settle(_FIRST_PAINT_WAITS)
        frame = view.frame(edition, figures, subject)
        topic = Topic(view.name, subject, language)
        common = {
            "view": view,
            "subject": named,
            "static": self._static,
            "path": request.url.path,
            "other_languages": [
                (other, f"{request.url.path}?{urlencode({**request.query_params, 'lang': other})}")
                for other in LANGUAGES
                if other != language
            ],
            "boot": embedded(
                {
                    "topic": topic._asdict(),
                    "cookie": _COOKIE,
                    "words": edition.words.section("browser"),
                    "offset": edition.offset(figures.now()),
                    "frame": {**message(frame), "now": figures.now(), "all": True},
                }
            ),
        }
        ui.page_title(edition.words(view.title, park=edition.name(edition.park.name), subject=named))
        ui.add_head_html(edition.render("head.html", frame, **common))
        ui.add_body_html(edition.render(f"{view.name}.html", frame, **common))

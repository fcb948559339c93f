"""The page in one language: its words, its formats, and its templates filled with both."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from dashboards.live.explain_links import explain_page
from dashboards.live.format import Formatter, Shown
from dashboards.live.frame import Frame
from dashboards.live.words import Language, Words
from parkwatt.park import Name, Park
from parkwatt.readings import Millis

_TEMPLATES = Path(__file__).parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["explain_page"] = explain_page
    return environment


class Edition:
    """A language edition of the page of one park.

    Attributes:
        park: the park file.
        words: its texts.
        format: its numbers and times.
    """

    def __init__(self, park: Park, language: Language) -> None:
        self.park = park
        self.language = language
        self.words = Words(language)
        self.format = Formatter(self.words, park.zone)

    def name(self, name: Name, otherwise: str = "") -> str:
        """A name in this language; `otherwise` (an id) where it has none."""
        return name.in_language(self.language) or otherwise

    def render(self, template: str, frame: Frame | None = None, **variables: object) -> str:
        """A template filled; `frame` gives the values that its live keys begin with."""
        return (
            _environment()
            .get_template(template)
            .render(
                t=self.words,
                language=self.language,
                park=self.park,
                format=self.format,
                values=(frame or Frame()).values,
                fragments={key: Markup(piece.html) for key, piece in (frame or Frame()).fragments.items()},  # noqa: S704 - rendered by this class, escaped there
                nothing=Shown(""),
                **variables,
            )
        )

    def offset(self, time: Millis) -> Millis:
        """How far the park's clocks are ahead of UTC [ms]: charts draw in park time wherever the browser is."""
        ahead = self.format.local(time).utcoffset()
        return 0 if ahead is None else round(ahead.total_seconds() * 1000)


def embedded(data: Mapping[str, object]) -> Markup:
    """Data as JSON that may stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704 - no element can begin in it

"""Links to where a figure comes from: to the page, and to the same over HTTP."""

from collections.abc import Mapping
from urllib.parse import urlencode

from parkwatt.explaining.spans import TIMES

Asked = Mapping[str, str]
"""Words of a question, see `parkwatt.explaining.questions.WORDS`; without a time of today."""


def explain_page(asked: Asked | None = None, /, **other: str) -> str:
    """The page of a figure: what was asked, with something otherwise."""
    return f"/explain?{urlencode(_words(asked or {}, other))}"


def explain_api(asked: Asked | None = None, /, **other: str) -> str:
    """Where the HTTP interface explains the same."""
    return f"/api/v1/explain?{urlencode(_words(asked or {}, other))}"


def _words(asked: Asked, other: Asked) -> dict[str, str]:
    """What is asked in the end; another time takes the place of the one before, an empty word that of any."""
    timed = any(name in TIMES for name in other)
    kept = {name: text for name, text in asked.items() if not (timed and name in TIMES)}
    return {name: text for name, text in {**kept, **other}.items() if text}

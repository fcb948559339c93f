"""What a view is: a template, and the frame it shows now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from dashboards.live.edition import Edition
from dashboards.live.figure_cache import FigureCache
from dashboards.live.frame import Frame
from dashboards.live.words import Language

ROOMS = "parkwatt/"
"""How the names of rooms on the socket begin."""


class UnknownSubjectError(LookupError):
    """The address names an enterprise or a meter that does not exist."""


@dataclass(frozen=True, slots=True)
class View:
    """One kind of page.

    Attributes:
        name: as in addresses of messages and the name of its template, `<name>.html`.
        frame: what it shows now: from the edition, the figures and the subject (an id, or empty) to the frame.
            Raises `UnknownSubjectError` for a subject that does not exist.
        title: key of the text in the browser's title bar.
        path: its address; ends in `{subject}` or `{subject:path}` where the view is about one thing.
        nav: which entry of the navigation it belongs to; None for a page without one.
        styles: names of its own style sheets in `static`, besides that of all pages.
        parameters: query parameters that change what it shows; its subject carries them after a `?`.
    """

    name: str
    frame: Callable[[Edition, FigureCache, str], Frame]
    title: str
    path: str
    nav: str | None = None
    styles: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


def subject_of(path: str, asked: Mapping[str, str]) -> str:
    """A subject as views get it: what the address names, and what was asked of it after a `?`."""
    return f"{path}?{urlencode(asked)}" if asked or "?" in path else path


def asked_of(subject: str) -> tuple[str, dict[str, str]]:
    """A subject taken apart again: what it names, and what was asked of it."""
    path, _, query = subject.rpartition("?") if "?" in subject else (subject, "", "")
    return path, dict(parse_qsl(query))


class Topic(NamedTuple):
    """What somebody looks at: all who look at the same get the same message."""

    view: str
    subject: str
    language: Language

    @property
    def room(self) -> str:
        """Name of its room on the socket."""
        return f"{ROOMS}{self.language}/{self.view}/{self.subject}"

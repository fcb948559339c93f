"""All dashboards of a park, with the links between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from grafana_foundation_sdk.builders.dashboard import DashboardLink
from grafana_foundation_sdk.models.dashboard import DashboardLinkType

from dashboards.grafana import names
from dashboards.grafana.board import Board, Model
from dashboards.grafana.boards.carbon import carbon
from dashboards.grafana.boards.enterprise import enterprise
from dashboards.grafana.boards.live import live
from dashboards.grafana.boards.meter import meter
from dashboards.grafana.boards.pipeline import pipeline
from dashboards.grafana.edition import Edition
from dashboards.grafana.words import LANGUAGES, Language
from parkwatt.park import Park

BOARDS: Final[Mapping[str, Callable[[Edition], Board]]] = {
    "live": live,
    "enterprise": enterprise,
    "meter": meter,
    "carbon": carbon,
    "pipeline": pipeline,
}
"""The dashboards by their names."""

_OWN_NAME: Final = {"en": "English", "zh": "中文"}


def dashboards(park: Park, languages: Sequence[Language] = LANGUAGES) -> list[Model]:
    """Every dashboard of a park in each of some languages."""
    editions = [Edition(park, language, tuple(languages)) for language in languages]
    return [
        board(edition).finished(list(_links(edition, name))) for edition in editions for name, board in BOARDS.items()
    ]


def _links(edition: Edition, name: str) -> Iterator[DashboardLink]:
    """To the other dashboards, and to the same one in another language; time and what was chosen go along."""
    for other in BOARDS:
        if other != name:
            yield _link(edition.words(f"{other}.title"), edition.uid(other))
    for language in edition.languages:
        if language != edition.language:
            yield _link(_OWN_NAME[language], names.board(edition.park.id, name, language))


def _link(title: str, uid: str) -> DashboardLink:
    return (
        DashboardLink(title)
        .type(DashboardLinkType.LINK)
        .icon("dashboard")
        .url(f"/d/{uid}")
        .keep_time(True)  # noqa: FBT003 - the SDK's own
        .include_vars(True)  # noqa: FBT003 - the SDK's own
    )

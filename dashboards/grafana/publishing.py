"""Brings a Grafana up to date with what a park is to have there; what people changed by hand stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dashboards.grafana import data_source, fingerprint, names
from dashboards.grafana.board import Model
from dashboards.grafana.catalogue import dashboards
from dashboards.grafana.data_source import Source
from dashboards.grafana.server import ChangedMeanwhileError, Grafana
from dashboards.grafana.words import BOTH, LANGUAGES, Language
from parkwatt.park import Park


class Outcome(StrEnum):
    """What became of something."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    LEFT = "left"
    """It is not what is to be there, and was left as it is."""


class Item(NamedTuple):
    """Something in Grafana.

    Attributes:
        kind: folder, data source, dashboard.
        title: what people call it.
        path: of its page.
        outcome: what became of it.
        why: reason for leaving it.
    """

    kind: str
    title: str
    path: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """What a park is to have in Grafana.

    Attributes:
        folder: uid.
        folder_title: its title.
        sources: data sources; none to leave them alone.
        dashboards: all of them.
    """

    folder: str
    folder_title: str
    sources: Sequence[Source]
    dashboards: Sequence[Model]

    @classmethod
    def of(
        cls, park: Park, *, languages: Sequence[Language] = LANGUAGES, sources: Sequence[Source] = ()
    ) -> "Publication":
        """That of a park."""
        return cls(names.folder(park.id), folder_title(park), sources, dashboards(park, languages))

    def __len__(self) -> int:
        """How many things."""
        return 1 + len(self.sources) + len(self.dashboards)


def folder_title(park: Park) -> str:
    """The title of a park's folder, in both languages."""
    titles = dict.fromkeys(filter(None, (park.name.en, park.name.zh)))
    return BOTH.join(titles) or park.id


def publish(server: Grafana, publication: Publication, *, force: bool = False) -> Iterator[Item]:
    """Create what is missing, update what is otherwise, and leave what was edited by hand.

    Args:
        server: which Grafana.
        publication: what is to be there.
        force: overwrite what was edited by hand, too.

    Raises:
        GrafanaError: if Grafana does not take it; what was given before is published.
    """
    for source in publication.sources:
        yield _source(server, data_source.noted(source), force=force)
    yield _folder(server, publication)
    for model in publication.dashboards:
        yield _dashboard(server, model, publication.folder, force=force)


def _source(server: Grafana, source: Source, *, force: bool) -> Item:
    item = Item("data source", source["name"], f"/connections/datasources/edit/{source['uid']}", Outcome.UPDATED)
    there = server.data_source(source["uid"])
    if there is None:
        server.create_data_source(source)
        return item._replace(outcome=Outcome.CREATED)
    untouched = data_source.is_as_published(there)
    if untouched and data_source.note_of(there) == data_source.note_of(source):
        return item._replace(outcome=Outcome.UNCHANGED)
    if there.get("readOnly"):
        return item._replace(outcome=Outcome.LEFT, why="it comes from a provisioning file")
    if not untouched and not force:
        return item._replace(outcome=Outcome.LEFT, why="edited by hand")
    server.update_data_source(source)
    return item


def _folder(server: Grafana, publication: Publication) -> Item:
    """The folder; another title that somebody gave it stays."""
    there = server.folder(publication.folder)
    item = Item("folder", publication.folder_title, f"/dashboards/f/{publication.folder}", Outcome.CREATED)
    if there is None:
        server.create_folder(publication.folder, publication.folder_title)
        return item
    return item._replace(title=str(there.get("title")), outcome=Outcome.UNCHANGED)


def _dashboard(server: Grafana, model: Model, folder: str, *, force: bool) -> Item:
    item = Item("dashboard", model["title"], f"/d/{model['uid']}", Outcome.UPDATED)
    answer = server.dashboard(model["uid"])
    if answer is None:
        return _saved(server, item._replace(outcome=Outcome.CREATED), model, version=1, folder=folder)
    there, meta = answer["dashboard"], answer.get("meta", {})
    note = fingerprint.Note.of(there)
    untouched = fingerprint.is_as_published(there)
    if untouched and note is not None and note.content == fingerprint.fingerprint(model):
        return item._replace(outcome=Outcome.UNCHANGED)
    if meta.get("provisioned"):
        return item._replace(outcome=Outcome.LEFT, why="it comes from a provisioning file")
    if not untouched and not force:
        return item._replace(outcome=Outcome.LEFT, why="edited by hand")
    # Whoever moved it to another folder finds it there again.
    where = str(meta.get("folderUid") or folder)
    return _saved(server, item, model, version=int(there["version"]) + 1, folder=where)


def _saved(server: Grafana, item: Item, model: Model, *, version: int, folder: str) -> Item:
    try:
        server.save_dashboard(
            fingerprint.noted(model, version=version), folder=folder, message="parkwatt grafana publish"
        )
    except ChangedMeanwhileError as error:
        return item._replace(outcome=Outcome.LEFT, why=f"Grafana did not take it: {error}")
    return item

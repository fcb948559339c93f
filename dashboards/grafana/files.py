"""The same as files, for those who provision Grafana: dashboards, data sources, alert rules."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from dashboards.grafana import names
from dashboards.grafana.alerting import alert_rules
from dashboards.grafana.catalogue import dashboards
from dashboards.grafana.data_source import data_sources
from dashboards.grafana.publishing import folder_title
from dashboards.grafana.words import LANGUAGES, Language
from parkwatt.park import Park
from parkwatt.store.influx.address import InfluxAddress

TOKEN: Final = "PARKWATT_INFLUX_READ_TOKEN"  # noqa: S105 - the name of a variable, not a token
"""Variable in Grafana's own environment with InfluxDB's token: files hold no secrets."""


class File(NamedTuple):
    """A file to write.

    Attributes:
        path: below the folder.
        text: what is in it.
    """

    path: Path
    text: str


def files(
    park: Park, *, seen_at: str, address: InfluxAddress | None = None, languages: Sequence[Language] = LANGUAGES
) -> Iterator[File]:
    """The files of a park.

    Args:
        park: the park.
        seen_at: folder of the files as Grafana sees it.
        address: where Grafana reaches InfluxDB; None for no data sources.
        languages: of the dashboards.
    """
    name = f"{names.uid(park.id)}.yaml"
    for model in dashboards(park, languages):
        text = json.dumps(model, ensure_ascii=False, indent=2)
        yield File(Path("dashboards") / names.uid(park.id) / f"{model['uid']}.json", f"{text}\n")
    provider = {
        "name": names.uid(park.id),
        "orgId": 1,
        "type": "file",
        "folder": folder_title(park),
        "folderUid": names.folder(park.id),
        "allowUiUpdates": False,
        "options": {"path": f"{seen_at.rstrip('/')}/dashboards/{names.uid(park.id)}"},
    }
    yield _yaml("dashboards", name, {"apiVersion": 1, "providers": [provider]})
    yield _yaml("alerting", name, alert_rules(park))
    if address is not None:
        found = [_escaped(source) for source in data_sources(park, replace(address, token=TOKEN), secret={})]
        sources = [source | {"orgId": 1, "secureJsonData": _secret()} for source in found]
        yield _yaml("datasources", name, {"apiVersion": 1, "datasources": sources})


def write(folder: Path, files_: Iterator[File]) -> Iterator[Path]:
    """Write files below a folder; gives those that are new or changed.

    Raises:
        OSError: if one cannot be written.
    """
    for file in files_:
        path = folder / file.path
        if path.is_file() and path.read_text("utf-8") == file.text:
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, "utf-8")
        yield path


def _yaml(kind: str, name: str, content: Mapping[str, Any]) -> File:
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=False, width=120)
    return File(Path("provisioning") / kind / name, f"# Written by `parkwatt grafana export`; do not edit.\n{text}")


def _secret() -> dict[str, str]:
    """What Grafana puts together from its own environment."""
    return {"httpHeaderValue1": f"Token ${TOKEN}"}


def _escaped(content: Any) -> Any:  # noqa: ANN401 - any JSON
    """Dollars doubled: Grafana takes a single one for a variable."""
    if isinstance(content, dict):
        return {key: _escaped(value) for key, value in content.items()}
    return content.replace("$", "$$") if isinstance(content, str) else content

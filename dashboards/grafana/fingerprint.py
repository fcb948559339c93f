"""How it is known whether somebody changed a dashboard by hand: what was published is noted in it.

The note is a hidden variable, for Grafana keeps those whoever saves. It says what the dashboard was, as a hash, and
which version it became. A dashboard is as it was published while either still holds: Grafana counts every save, and a
later Grafana may bring the form of what it keeps up to date without one.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Self

from dashboards.grafana.board import Model
from dashboards.grafana.variables import Constant

VARIABLE: Final = "parkwatt_published"
_GIVEN_BY_GRAFANA = frozenset({"id", "version", "iteration"})


class Note(NamedTuple):
    """What is noted.

    Attributes:
        content: hash of the dashboard without the note.
        version: Grafana's number of the save.
    """

    content: str
    version: int

    @classmethod
    def of(cls, model: Mapping[str, Any]) -> Self | None:
        """The note in a dashboard; None if there is none that can be read."""
        for variable in _variables(model):
            if variable.get("name") == VARIABLE:
                content, _, version = str(variable.get("query", "")).partition(" ")
                return cls(content, int(version)) if version.isdecimal() else None
        return None


def fingerprint(model: Mapping[str, Any]) -> str:
    """Hash of what people see in a dashboard: without the note, and without what Grafana adds."""
    bare = {key: value for key, value in model.items() if key not in _GIVEN_BY_GRAFANA}
    kept = [variable for variable in _variables(model) if variable.get("name") != VARIABLE]
    return digest(bare | {"templating": {"list": kept}})


def digest(content: object) -> str:
    """A short hash of JSON, the same whatever the order of keys."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def noted(model: Model, *, version: int) -> Model:
    """A dashboard with the note for the version that it will become."""
    constant = Constant(VARIABLE, f"{fingerprint(model)} {version}").build().to_json()
    variables: list[object] = [*_variables(model), _plain(constant)]
    return model | {"templating": {"list": variables}, "version": version - 1}


def is_as_published(model: Mapping[str, Any]) -> bool:
    """Whether a dashboard in Grafana is what was published, untouched since."""
    note = Note.of(model)
    return note is not None and (model.get("version") == note.version or fingerprint(model) == note.content)


def _variables(model: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list((model.get("templating") or {}).get("list") or [])


def _plain(content: object) -> object:
    return json.loads(json.dumps(content, default=lambda part: part.to_json()))

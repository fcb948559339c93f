"""Every question of every dashboard is asked of a real InfluxDB, and answered."""

import re

import pytest

from dashboards.grafana import names
from dashboards.grafana.catalogue import BOARDS, dashboards
from tests.grafana.grafana_text import filled
from tests.grafana.simulated import EVERYTHING

_CHOICES = {"meter": EVERYTHING, "enterprise": "E01"}
"""What is chosen where one must be: that of which everything is there."""


class _Reader:
    """Somebody who looks at a dashboard."""

    def __init__(self, simulated, model):
        self._simulated, self._model = simulated, model
        self.values = {v["name"]: v["query"] for v in model["templating"]["list"] if v["type"] == "constant"}

    def ask(self, query, *, interval="15m", derived=False):
        influx = self._simulated.influx
        text = filled(query, self.values, start=self._simulated.start, end=self._simulated.end, interval=interval)
        return influx.query(text, bucket=f"{influx.bucket}_derived" if derived else None)

    def choose(self):
        """Go through the variables in their order; gives what each one offered."""
        offered = {}
        for variable in self._model["templating"]["list"]:
            if variable["type"] != "query":
                continue
            found = [row["value"] for row in self.ask(variable["query"])]
            if variable.get("regex"):
                found = [value for value in found if re.search(variable["regex"].strip("/"), value)]
            name = offered_name = variable["name"]
            offered[offered_name] = found
            wanted = _CHOICES.get(name, found[0] if found else "")
            assert wanted in found, f"{name} offers {found}"
            self.values[name] = [variable["allValue"]] if variable["includeAll"] else wanted
        return offered


def _reader(simulated, board):
    models = dashboards(simulated.park, ["en"])
    model = next(m for m in models if m["uid"] == names.board(simulated.park.id, board, "en"))
    return _Reader(simulated, model), model


def _interval(panel):
    """What Grafana would choose for a day in a panel of a thousand pixels."""
    least = panel.get("interval") or "1m"
    return least if least[-1] in "dhm" else "1m"


@pytest.mark.parametrize("board", BOARDS)
def test_every_question_has_an_answer(simulated, board):
    """Each query of each panel returns rows with values."""
    reader, model = _reader(simulated, board)
    reader.choose()
    empty = []
    for panel in model["panels"]:
        for target in panel.get("targets", []):
            derived = target["datasource"]["uid"] == names.derived(simulated.park.id)
            rows = reader.ask(target["query"], interval=_interval(panel), derived=derived)
            values = [v for row in rows for name, v in row.items() if name != "time" and not isinstance(v, str)]
            texts = [v for row in rows for name, v in row.items() if name == "reason"]
            if not any(value is not None for value in [*values, *texts]):
                empty.append(f"{panel['title']} {target['refId']}: {target['query'][:300]}")
    assert empty == []

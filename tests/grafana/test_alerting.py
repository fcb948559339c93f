"""Alert rules: the files are what Grafana reads, and each rule fires when it should, on a real InfluxDB."""

import operator
import re
import time
from contextlib import closing

import pytest
import yaml

from dashboards.grafana import names
from dashboards.grafana.alerting import alert_rules
from dashboards.grafana.files import files
from parkwatt.store.influx.address import InfluxAddress
from parkwatt.store.influx.layout import head
from parkwatt.store.influx.store import InfluxStore
from tests.grafana.simulated import EVERYTHING, STOPPED, park_called
from tests.grafana.test_dashboards import CHINESE

PARK = park_called("works")
MINUTE = 60_000


def rules_of(park):
    (group,) = alert_rules(park)["groups"]
    return group["rules"]


class _Evaluation:
    """What Grafana does with a rule: the newest value of each series, an expression over equal labels, a threshold."""

    def __init__(self, simulated):
        self._simulated = simulated

    def firing(self, rule):
        """The labels of the series for which a rule fires; None where there is no answer at all."""
        found = {}
        for part in rule["data"]:
            model = part["model"]
            match model.get("type", "query"):
                case "query":
                    found[part["refId"]] = self._newest(part)
                case "reduce":
                    found[part["refId"]] = found[model["expression"]]
                case "math":
                    found[part["refId"]] = self._computed(model["expression"], found)
                case "threshold":
                    series = found[model["expression"]]
                    evaluator = model["conditions"][0]["evaluator"]
                    beyond = {"gt": operator.gt, "lt": operator.lt}[evaluator["type"]]
                    assert part["refId"] == rule["condition"]
                    fires = {labels for labels, value in series.items() if beyond(value, evaluator["params"][0])}
                    return fires if series else None
        raise AssertionError

    def _newest(self, part):
        influx = self._simulated.influx
        derived = part["datasourceUid"] == names.derived(self._simulated.park.id)
        rows = influx.query(part["model"]["query"], bucket=f"{influx.bucket}_derived" if derived else None)
        found = {}
        for row in rows:
            labels = frozenset((k, v) for k, v in row.items() if isinstance(v, str) and v)
            values = [v for k, v in row.items() if k != "time" and not isinstance(v, str) and v is not None]
            if values:
                found[labels] = values[0]
        return found

    @staticmethod
    def _computed(expression, found):
        letters = re.findall(r"\$\{(\w+)\}", expression)
        widest = max((found[letter] for letter in letters), key=lambda series: max(map(len, series), default=0))
        computed = {}
        for labels in widest:
            values = {letter: found[letter].get(labels, found[letter].get(frozenset())) for letter in letters}
            if None not in values.values():
                text = re.sub(r"\$\{(\w+)\}", lambda m, values=values: repr(float(values[m[1]])), expression)
                computed[labels] = eval(text)  # noqa: S307 - arithmetic of our own
        return computed


def rule(simulated, name):
    uid = names.uid(simulated.park.id, name)
    return next(found for found in rules_of(simulated.park) if found["uid"] == uid)


def write(simulated, *lines, derived=False):
    address = InfluxAddress.parse(simulated.influx.url, token=simulated.influx.token)
    with closing(InfluxStore(address, park=simulated.park, writer="test")) as store:
        store.connection.write(lines, bucket=address.derived_bucket if derived else address.bucket)


def test_every_rule_has_an_answer(simulated):
    """Each question of each rule returns rows."""
    evaluation = _Evaluation(simulated)
    for found in rules_of(simulated.park):
        assert evaluation.firing(found) is not None, found["title"]


def test_a_meter_that_stopped_is_silent_and_the_others_are_not(simulated):
    """What is an hour behind the park's newest reading is told of, by its own name."""
    silent = [one for one in rules_of(simulated.park) if "silent" in one["uid"]]
    assert len(silent) == len({meter.silent_after for meter in simulated.park.meters})
    meters = {dict(labels)["meter"] for one in silent for labels in _Evaluation(simulated).firing(one)}
    assert STOPPED in meters
    assert EVERYTHING not in meters


@pytest.mark.parametrize(("contract", "fires"), [(1e9, (False, False)), (1.0, (True, True))])
def test_demand_is_told_of_near_the_contract(simulated, contract, fires):
    """From 90 % on, and again from 100 % on."""
    at = time.time_ns()
    write(
        simulated, f"{head('limits', {'park': simulated.park.id})} contracted_demand_kw={contract} {at}", derived=True
    )
    evaluation = _Evaluation(simulated)
    found = tuple(bool(evaluation.firing(rule(simulated, f"demand-park-{percent}"))) for percent in (90, 100))
    assert found == fires


def test_an_enterprise_above_its_contract_is_named(simulated):
    """Each enterprise is measured by its own contract."""
    at = time.time_ns()
    tags = {"park": simulated.park.id, "enterprise": "E01"}
    write(simulated, f"{head('limits', tags)} contracted_demand_kw=1 {at}", derived=True)
    firing = _Evaluation(simulated).firing(rule(simulated, "demand-firm-100"))
    assert frozenset({("enterprise", "E01")}) in firing


def test_a_collector_that_says_nothing_is_told_of(simulated):
    """After two minutes; one that speaks is not."""
    now = time.time_ns() // 1_000_000
    lines = []
    for writer, newest in (("gone", now - 4 * MINUTE), ("here", now)):
        start = head("pipeline", {"park": simulated.park.id, "writer": writer})
        lines += [f"{start} connected=1 {at * 1_000_000}" for at in range(newest - 600_000, newest + 1, 15_000)]
    write(simulated, *lines)
    firing = _Evaluation(simulated).firing(rule(simulated, "collector"))
    writers = {dict(labels)["writer"] for labels in firing}
    assert "gone" in writers
    assert "here" not in writers


def test_trouble_rejections_and_a_growing_spool_are_told_of(simulated):
    """Each by the collector that has it, and by no other."""
    now = time.time_ns() // 1_000_000
    lines = []
    for writer, step in (("ill", 1), ("well", 0)):
        start = head("pipeline", {"park": simulated.park.id, "writer": writer})
        lines += [
            f"{start} problems={step},rejected={n * step},spooled_readings={n * step} {(now + n * 1000) * 1_000_000}"
            for n in range(-8, 1)
        ]
    write(simulated, *lines)
    for name in ("problems", "rejected", "spool"):
        writers = {dict(labels)["writer"] for labels in _Evaluation(simulated).firing(rule(simulated, name))}
        assert "ill" in writers, name
        assert "well" not in writers, name


def test_every_rule_is_complete():
    """What Grafana asks of a rule in a file, in both languages, and nothing that it takes for a variable."""
    found = rules_of(PARK)
    uids = [rule["uid"] for rule in found]
    assert len(set(uids)) == len(uids)
    assert {rule["labels"]["severity"] for rule in found} == {"alarm", "warning"}
    for rule in found:
        assert len(rule["uid"]) <= 40
        assert rule["condition"] in {part["refId"] for part in rule["data"]}
        for text in (rule["title"], *rule["annotations"].values()):
            assert CHINESE.search(text)
            assert re.search("[a-z]{3}", text)
            assert "$" not in text
            assert "{{{" not in text
        for part in rule["data"]:
            query = part["model"].get("query", "")
            assert "$" not in query.replace(")$/", "").replace("]$/", "")
            if part["datasourceUid"] != "__expr__":
                assert part["relativeTimeRange"]["from"] > 0


def test_the_files_are_yaml_that_says_the_same():
    """Nothing is lost on the way to the file."""
    written = {file.path.parent.name: file.text for file in files(PARK, seen_at="/etc/grafana/parkwatt")}
    assert yaml.safe_load(written["alerting"]) == alert_rules(PARK)
    assert "&id" not in written["alerting"]


def test_a_park_without_contracts_has_no_rules_for_them():
    """Nothing is compared with a limit that nobody gave."""
    free = PARK.model_copy(
        update={
            "contracted_demand": None,
            "enterprises": tuple(e.model_copy(update={"contracted_demand": None}) for e in PARK.enterprises),
        }
    )
    assert not [rule for rule in rules_of(free) if "demand" in rule["uid"]]


def test_meters_that_may_be_silent_for_longer_have_a_rule_of_their_own():
    """`silent_after` of the park file is what counts."""
    first, *rest = PARK.meters
    patient = PARK.model_copy(update={"meters": (first.model_copy(update={"silent_after": 7200.0}), *rest)})
    found = {rule["uid"]: rule for rule in rules_of(patient) if "silent" in rule["uid"]}
    slow = found[names.uid(PARK.id, "silent-7200")]
    assert f"({first.id})" in slow["data"][0]["model"]["query"]
    assert slow["data"][-1]["model"]["conditions"][0]["evaluator"]["params"] == [120.0]

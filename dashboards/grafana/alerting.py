"""Alert rules of a park, in the form of Grafana's provisioning files.

Grafana replaces `$NAME` in such files, so nothing here needs it: questions say their times themselves, and texts name
labels as `.Labels.meter`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.grafana import names
from dashboards.grafana.influxql import (
    POWER,
    contract,
    having,
    latest,
    now,
    select,
    select_from,
)
from dashboards.grafana.meter_sets import meter_sets, pattern
from dashboards.grafana.publishing import folder_title
from dashboards.grafana.words import BOTH, LANGUAGES, Words
from parkwatt.park import Park

NEAR, REACHED = 90, 100
"""Demand that is told [% of the contract]."""

_EXPRESSION: Final = "__expr__"
_WEEK_S, _DAY_S, _HOUR_S = 604_800, 86_400, 3600


@dataclass(frozen=True, slots=True)
class Question:
    """What a rule asks of InfluxDB; the newest value of each series counts.

    Attributes:
        source: uid of the data source.
        query: in InfluxQL.
        back: how far it looks back [s].
    """

    source: str
    query: str
    back: int


@dataclass(frozen=True, slots=True)
class Rule:
    """An alert rule.

    Attributes:
        name: in its uid.
        text: key of its texts.
        questions: by letter.
        value: expression over the questions, `$A - $B`; empty for the first question itself.
        above: it fires above this.
        below: it fires below this, where `above` is None.
        lasts: how long that has to last.
        severity: alarm or warning.
        silence: state while there is no answer.
        fill: places in its texts.
    """

    name: str
    text: str
    questions: Mapping[str, Question]
    value: str = ""
    above: float | None = None
    below: float | None = None
    lasts: str = "5m"
    severity: str = "alarm"
    silence: str = "OK"
    fill: Mapping[str, object] = field(default_factory=dict)


def alert_rules(park: Park) -> dict[str, Any]:
    """The provisioning file of a park's alert rules."""
    group = {
        "orgId": 1,
        "name": f"Parkwatt {park.id}",
        "folder": folder_title(park),
        "interval": "1m",
        "rules": [_provisioned(rule, park) for rule in rules(park)],
    }
    return {"apiVersion": 1, "groups": [group]}


def rules(park: Park) -> Iterator[Rule]:
    """The rules of a park, their questions ready to be asked."""
    yield from _silent(park)
    yield from _demand(park)
    yield from _collecting(park)


def _silent(park: Park) -> Iterator[Rule]:
    """Silent meters: a rule for all that may be silent for equally long.

    What counts is how far a meter is behind the newest reading of the park: when a collector stands still, not every
    meter is told of.
    """
    groups: dict[float, list[str]] = {}
    for meter in park.meters:
        groups.setdefault(meter.silent_after, []).append(meter.id)
    heard = select('last("arrived_ms") AS "v"', "readings", having("carrier"), "time > now() - 1h", by=("meter",))
    for seconds, meters in sorted(groups.items()):
        whom = f'"meter" =~ /^{pattern(meters)}$/' if len(groups) > 1 else having("carrier")
        query = select('last("arrived_ms")', "readings", whom, "time > now() - 7d", by=("meter", "enterprise"))
        yield Rule(
            f"silent-{seconds:g}",
            "silent",
            {
                "A": _readings(park, query, _WEEK_S),
                "B": _readings(park, select_from('max("v")', heard), _HOUR_S),
            },
            "($B - $A) / 60000",
            above=seconds / 60,
            lasts="1m",
            severity="warning",
            fill={"minutes": f"{seconds / 60:g}"},
        )


def _demand(park: Park) -> Iterator[Rule]:
    """Demand near its contract: of the park, and of enterprises that have one."""
    park_power = now(latest(POWER, "grid", reduced="mean"))
    firms = ("enterprise",)
    limit = select('last("contracted_demand_kw")', "limits", having("enterprise"), by=firms)
    firm_power = now(latest(POWER, "firms_entry", by=firms, reduced="mean"), by=firms)
    whose = []
    if park.contracted_demand is not None:
        whose.append(("park", park_power, contract()))
    if any(enterprise.contracted_demand is not None for enterprise in park.enterprises):
        whose.append(("firm", firm_power, limit))
    for who, asked, allowed in whose:
        for percent, severity in ((NEAR, "warning"), (REACHED, "alarm")):
            yield Rule(
                f"demand-{who}-{percent}",
                f"demand_{who}",
                {"A": _readings(park, asked, _HOUR_S), "B": _derived(park, allowed, _WEEK_S)},
                "$A / $B * 100",
                above=percent,
                lasts="1m",
                severity=severity,
                fill={"percent": percent},
            )


def _collecting(park: Park) -> Iterator[Rule]:
    """What costs data, or will."""
    by = ("writer",)
    heard = select(
        'moving_average(count("connected"), 3)', "pipeline", "time > now() - 1d", by=by, every="1m", fill="0"
    )
    problems = select('last("problems")', "pipeline", "time > now() - 5m", by=by)
    rejected = select('spread("rejected")', "pipeline", "time > now() - 15m", by=by)
    growth = 'last("spooled_readings") - first("spooled_readings")'
    growing = select(growth, "pipeline", "time > now() - 10m", by=by)
    yield _of_collectors(park, "collector", heard, _DAY_S, below=0.1, lasts="0s", silence="Alerting")
    yield _of_collectors(park, "problems", problems, _HOUR_S, above=0)
    yield _of_collectors(park, "rejected", rejected, _HOUR_S, above=0, severity="warning")
    yield _of_collectors(park, "spool", growing, _HOUR_S, above=0, lasts="10m", severity="warning")


def _of_collectors(park: Park, name: str, query: str, back: int, **how: Any) -> Rule:  # noqa: ANN401 - those of Rule
    return Rule(name, name, {"A": _readings(park, query, back)}, **how)


def _readings(park: Park, query: str, back: int) -> Question:
    return Question(names.readings(park.id), _said(park, query), back)


def _derived(park: Park, query: str, back: int) -> Question:
    return Question(names.derived(park.id), _said(park, query), back)


def _said(park: Park, query: str) -> str:
    """A question with the park and its sets of meters in place of variables."""
    query = query.replace("${park:regex}", pattern([park.id]))
    for name, ids in meter_sets(park).items():
        query = query.replace(f"${{{name}:raw}}", pattern(ids))
    return query


def _provisioned(rule: Rule, park: Park) -> dict[str, Any]:
    """A rule as Grafana reads it: questions, the newest value of each, an expression, a threshold."""
    last = {letter: f"{letter}_last" for letter in rule.questions}
    value = rule.value
    for letter, reduced in last.items():
        value = value.replace(f"${letter}", f"${{{reduced}}}")
    data = [_asked(letter, question) for letter, question in rule.questions.items()]
    data += [
        _computed(name, "reduce", letter, reducer="last", settings={"mode": "dropNN"}) for letter, name in last.items()
    ]
    if value:
        data.append(_computed("value", "math", value))
    limit = ("gt", rule.above) if rule.above is not None else ("lt", rule.below)
    evaluator = {"type": limit[0], "params": [limit[1]]}
    data.append(
        _computed(
            "fires", "threshold", "value" if value else next(iter(last.values())), conditions=[{"evaluator": evaluator}]
        )
    )
    words = [Words(language) for language in LANGUAGES]
    return {
        "uid": names.uid(park.id, rule.name),
        "title": BOTH.join(_both(words, f"{rule.text}.title", rule.fill)),
        "condition": "fires",
        "data": data,
        "noDataState": rule.silence,
        "execErrState": "Error",
        "for": rule.lasts,
        "labels": {"park": park.id, "severity": rule.severity, "source": "parkwatt"},
        "annotations": {
            "summary": BOTH.join(_both(words, f"{rule.text}.summary", rule.fill)),
            "description": "\n".join(_both(words, f"{rule.text}.do", rule.fill)),
        },
    }


def _both(words: Sequence[Words], key: str, fill: Mapping[str, object]) -> list[str]:
    return [speak(f"alerts.{key}", **fill) for speak in words]


def _asked(letter: str, question: Question) -> dict[str, Any]:
    model = {
        "refId": letter,
        "datasource": {"type": "influxdb", "uid": question.source},
        "query": question.query,
        "rawQuery": True,
        "resultFormat": "time_series",
        "intervalMs": 1000,
        "maxDataPoints": 43_200,
    }
    return {
        "refId": letter,
        "relativeTimeRange": {"from": question.back, "to": 0},
        "datasourceUid": question.source,
        "model": model,
    }


def _computed(name: str, kind: str, expression: str, **settings: object) -> dict[str, Any]:
    model = {
        "refId": name,
        "type": kind,
        "datasource": {"type": _EXPRESSION, "uid": _EXPRESSION},
        "expression": expression,
        **settings,
    }
    return {
        "refId": name,
        "relativeTimeRange": {"from": 0, "to": 0},
        "datasourceUid": _EXPRESSION,
        "model": model,
    }

"""A chain as data: what the command line and the HTTP interface answer with."""

from typing import Any

from parkwatt.explaining.chain import Chain, Source, Step
from parkwatt.explaining.phrases import Language
from parkwatt.explaining.since import Since, told
from parkwatt.explaining.workings import written_out
from parkwatt.readings import to_iso


def as_json(chain: Chain, language: Language, since: Since | None = None) -> dict[str, Any]:
    """A chain with its sentences in a language; times are ISO 8601 in UTC.

    Args:
        chain: of a figure.
        language: of the sentences.
        since: what registers have counted since, where the figure's time still runs.
    """
    said = told(chain, since)
    return {
        "depth": chain.depth.name.lower(),
        "time_zone": chain.zone,
        "checked": chain.checked,
        "differing": len(chain.differing),
        "accounted_until": None if chain.running is None else to_iso(chain.running.until),
        "since": None if since is None else since._asdict() | {"until": to_iso(since.until)},
        "running": None if said is None else said.said(language),
        "figure": step_json(chain.figure, language),
    }


def step_json(step: Step, language: Language) -> dict[str, Any]:
    """A step and all below it; what it does not have is left out."""
    check = step.check
    said: dict[str, Any] = {
        "level": step.level.value,
        "title": step.title.said(language),
        "rule": step.rule.said(language) if step.rule else None,
        "value": step.result,
        "unit": step.unit,
        "weight": step.weight,
        "start": None if step.start is None else to_iso(step.start),
        "end": None if step.end is None else to_iso(step.end),
        "inputs": [
            {"name": one.label.said(language), "value": one.value, "unit": one.unit, "weight": one.weight}
            for one in step.inputs
        ],
        "working": step.working.value if step.working else None,
        "arithmetic": written_out(step.working, step.operands, language) if step.working and step.operands else None,
        "check": check and {"worked": check.worked, "difference": check.difference, "agrees": check.agrees},
        "shares": step.shares._asdict() if step.shares else None,
        "sources": [_source(one) for one in step.sources],
        "notes": [note.said(language) for note in step.notes],
        "children": [step_json(child, language) for child in step.children],
    }
    return {name: value for name, value in said.items() if name == "value" or value not in (None, [], "")}


def _source(source: Source) -> dict[str, Any]:
    return {name: value for name, value in source._asdict().items() if value not in (None, "")}

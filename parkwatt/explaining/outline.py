"""A step as the few lines that people read, the same on a terminal and on a page."""

from typing import NamedTuple

from parkwatt.explaining.chain import Chain, Level, Source, Step
from parkwatt.explaining.phrases import Language, Phrase, sureness, written
from parkwatt.explaining.workings import written_out

_WHOLE = 1 - 1e-9
"""A share that is all of it, after rounding."""


class Outline(NamedTuple):
    """What is said of a step.

    Attributes:
        title: its name.
        result: its number with the unit; empty where it is about none.
        check: the arithmetic, and whether it comes to the same; empty where there is none.
        agrees: whether it does.
        beside: rule, shares, sources and notes, a line each.
    """

    title: str
    result: str
    check: str
    agrees: bool
    beside: tuple[str, ...]


def outline(step: Step, language: Language) -> Outline:
    """What is said of a step in a language."""
    found = step.check
    beside = [step.rule.said(language)] if step.rule else []
    if step.shares and (step.level is Level.FIGURE or step.shares.measured < _WHOLE):
        said = {name: f"{share:.1%}" for name, share in step.shares._asdict().items()}
        beside.append(Phrase("verdict.shares", **said).said(language))
    beside += [_source(source, language, named=step.level is not Level.FACTOR) for source in step.sources]
    beside += [note.said(language) for note in step.notes]
    return Outline(
        title=step.title.said(language),
        result=_result(step, language),
        check=_check(step, language),
        agrees=found is None or found.agrees,
        beside=tuple(line for line in beside if line),
    )


def verdict(chain: Chain, language: Language) -> str:
    """Whether everything that was worked out again came out the same."""
    key = "verdict.differs" if chain.differing else "verdict.agrees"
    return Phrase(key, n=chain.checked, differing=len(chain.differing), zone=chain.zone).said(language)


def _result(step: Step, language: Language) -> str:
    if step.result is None:
        return Phrase("verdict.unknown").said(language) if step.unit else ""
    return f"{written(step.result)} {step.unit}".strip()


def _check(step: Step, language: Language) -> str:
    found = step.check
    if found is None or step.working is None:
        return ""
    operands = step.operands
    if len(operands) == 1 and found.agrees:
        return Phrase("verdict.as_below").said(language)
    text = written_out(step.working, operands, language) or Phrase("verdict.sum", n=len(operands)).said(language)
    key = "verdict.same" if found.agrees else "verdict.other"
    end = Phrase(key, worked=found.worked, difference=found.difference, unit=step.unit).said(language)
    return f"= {text}  {end}"


def _source(source: Source, language: Language, *, named: bool) -> str:
    """Who says it, how sure it is, and where it stands."""
    parts = [source.said_by, sureness(source.checked).said(language)]
    parts += [Phrase("verdict.year", year=source.year).said(language)] if source.year else []
    parts += (
        [Phrase("verdict.version", version=source.version).said(language)] if source.version not in {"", "1"} else []
    )
    parts += [source.place]
    told = "; ".join(part for part in parts if part)
    return Phrase("verdict.source", id=source.id, told=told).said(language) if named and told else told

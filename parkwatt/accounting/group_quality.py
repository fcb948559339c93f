"""Quality of the data of an enterprise or of the park: by energy, and never better than that of its main meters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import fsum

from parkwatt.accounting.quality import LEAST_COMPLETE, MeterQuality, Part


@dataclass(frozen=True, slots=True)
class GroupQuality:
    """The quality of the data of an enterprise or of the park.

    Attributes:
        score: 0 to 100: the mean of all meters by energy, but no more than that of the mains.
        all_meters: the mean of all meters by energy.
        mains: the mean of the meters through which energy comes in; None without any.
        missing_mains: those of them that nothing is known of.
        parts: mean score per component by energy (0 to 1); None where it cannot be told of any meter.
        flagged: meters that are measured for less than `LEAST_COMPLETE` of the time.
    """

    score: float
    all_meters: float
    mains: float | None
    missing_mains: tuple[str, ...]
    parts: Mapping[Part, float | None]
    flagged: tuple[str, ...]


def group_quality(
    meters: Mapping[str, MeterQuality],
    mains: frozenset[str],
    *,
    carriers: Mapping[str, str],
    content: Mapping[str, float],
) -> GroupQuality | None:
    """The quality of several meters together; None without any.

    A meter weighs what it took in, carried on over the time that is missing; one that nothing is known of weighs as
    much as the others of its carrier do in the mean (of all, where there are none). So one silent meter of ten takes a
    tenth off, and of equally good meters of one carrier none that falls silent makes a score better, however heavy.

    Args:
        meters: by their ids.
        mains: those through which energy comes in.
        carriers: what flows through each meter.
        content: kWh per unit of a carrier's register; one that is no energy is not in it, and counts only among its
            like.
    """
    if not meters:
        return None

    def mean(ids: Mapping[str, MeterQuality], score: Callable[[MeterQuality], float | None]) -> float | None:
        weights = _weights(ids, carriers, content)
        told = [(weights[i], value) for i, m in ids.items() if i in weights and (value := score(m)) is not None]
        total = fsum(weight for weight, _ in told)
        return fsum(weight * value for weight, value in told) / total if total else None

    everything = mean(meters, lambda m: m.score) or 0.0
    through = mean({i: m for i, m in meters.items() if i in mains}, lambda m: m.score)
    return GroupQuality(
        score=everything if through is None else min(everything, through),
        all_meters=everything,
        mains=through,
        missing_mains=tuple(i for i, m in meters.items() if i in mains and m.known == 0),
        parts={part: mean(meters, lambda m, part=part: m.component(part).score) for part in Part},  # type: ignore[misc]
        flagged=tuple(i for i, m in meters.items() if (m.component(Part.COMPLETENESS).number or 0.0) < LEAST_COMPLETE),
    )


def _weights(
    meters: Mapping[str, MeterQuality], carriers: Mapping[str, str], content: Mapping[str, float]
) -> dict[str, float]:
    """What each meter weighs [kWh]; where none is energy, in its own unit. Without any amount all weigh the same."""
    per_unit = {i: content.get(carriers[i], 0.0) for i in meters}
    if not any(per_unit.values()):
        per_unit = dict.fromkeys(meters, 1.0)
    found = {i: m.amount / m.known * per_unit[i] for i, m in meters.items() if m.known and per_unit[i]}
    of_carrier: dict[str, list[float]] = {}
    for i, weight in found.items():
        of_carrier.setdefault(carriers[i], []).append(weight)
    usual = {carrier: fsum(some) / len(some) for carrier, some in of_carrier.items()}
    of_all = fsum(found.values()) / len(found) if found else 1.0
    silent = {i: usual.get(carriers[i], 0.0) or of_all for i, m in meters.items() if not m.known and per_unit[i]}
    weights = found | silent
    return weights if any(weights.values()) else dict.fromkeys(weights, 1.0)

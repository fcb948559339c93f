"""The day's power curve: by source, over the tariff's periods, with yesterday and with every gap named."""

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import Band, DayCurve
from parkwatt.readings import Millis


def day(edition: Edition, curve: DayCurve, now: Millis) -> dict[str, object]:
    """Data of a chart of kind `power_day` [kW]."""
    words = edition.words
    return {
        "start": curve.start,
        "end": curve.end,
        "step": curve.step,
        "now": now,
        "unit": "kW",
        "sources": [
            {
                "key": str(series.source),
                "name": words(f"source.{series.source}"),
                "values": [_rounded(value) for value in series.values],
                "estimated": [int(mark) for mark in series.estimated],
            }
            for series in curve.sources
        ],
        "total": [_rounded(value) for value in curve.total],
        "yesterday": [_rounded(value) for value in curve.yesterday],
        "gaps": [_gap(edition, band) for band in curve.gaps],
        "tariff": [
            {"start": band.start, "end": band.end, "period": str(band.period), "name": words(f"tariff.{band.period}")}
            for band in curve.tariff
        ],
        "names": {
            "yesterday": words("park.yesterday"),
            "total": words("park.total"),
            "estimated": words("park.estimated"),
            "time": words("chart.time"),
        },
        "summary": _summary(edition, curve),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def _gap(edition: Edition, band: Band) -> dict[str, object]:
    duration = edition.format.duration(band.end - band.start)
    whole = edition.words("park.gap_all", duration=duration)
    some = edition.words("park.gap_some", missing=band.missing, meters=band.meters, duration=duration)
    return {
        "start": band.start,
        "end": band.end,
        "missing": band.missing,
        "meters": band.meters,
        "name": whole if band.missing == band.meters else duration,
        "title": whole if band.missing == band.meters else some,
    }


def _summary(edition: Edition, curve: DayCurve) -> str:
    last = max((i for i, value in enumerate(curve.total) if value is not None), default=None)
    now = None if last is None else curve.total[last]
    yesterday = None if last is None or last >= len(curve.yesterday) else curve.yesterday[last]
    quantity = edition.format.quantity
    return edition.words(
        "park.today_summary",
        power=quantity(now, "kW"),
        yesterday=quantity(yesterday, "kW"),
        gaps=len(curve.gaps),
        n=len(curve.gaps),
    )

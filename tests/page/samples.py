"""A park with made-up figures that move, so that the page can be looked at without meters."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dashboards.live.context import Context
from dashboards.live.figures.analysis import AnalysisPage, Asked
from dashboards.live.figures.closings import Closings
from dashboards.live.figures.efficiency_page import EfficiencyPage
from dashboards.live.figures.explain import Explained
from dashboards.live.figures.quality import Judged
from dashboards.live.figures.questions import Questions
from dashboards.live.figures.shapes import (
    Amount,
    Attention,
    Band,
    CarrierDay,
    CarrierFlow,
    DayCurve,
    Demand,
    Emission,
    EnterpriseDay,
    EnterpriseNow,
    EnterprisePage,
    EnterprisePower,
    FactorUse,
    FlowLink,
    Inbox,
    MeterCounts,
    MeterNow,
    MeterPage,
    ParkDay,
    ParkNow,
    Series,
    Severity,
    Source,
    SourcePower,
    TariffBand,
    TariffPeriod,
    TopicPage,
    Total,
    Usual,
)
from ingest.simulate.demo_park import demo_park
from parkwatt.explaining import Question
from parkwatt.explaining.phrases import Phrase
from parkwatt.live import Live
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.status import Status
from parkwatt.store import Store, Totals
from parkwatt.store.derived import Happened
from tests.analysis import sample_analysis
from tests.decisions import sample_questions
from tests.efficiency import sample_page as sample_efficiency
from tests.hierarchy import sample_losses
from tests.page import sample_enterprise, sample_inbox, sample_meter, sample_topic

NOON: Millis = 1_800_000_000_000 - 3_600_000 * 3 + 600_000
"""A moment in the park's day: 2027-01-15 13:10 in China."""
STEP: Millis = 900_000
DAY: Millis = 86_400_000
_CHINA: Millis = 8 * 3_600_000

GRID_FACTOR = FactorUse("grid-guangdong-2023", 0.4419, "kgCO2/kWh", 2023, "two sources", "MEE announcement 2025")


@dataclass
class SampleFigures:
    """Figures of a park that is doing mostly well.

    Attributes:
        park: whose enterprises appear.
        power: electricity now [kW]; tests change it and watch the page.
        newest: when the newest message arrived.
        attention_items: what needs a person.
        spoken: whether any meter ever spoke.
        waits: whether anything is in the inbox.
    """

    park: Park
    power: float = 48_213.4
    newest: Callable[[Millis], Millis | None] = field(default=lambda now: now - 400)
    attention_items: tuple[Attention, ...] | None = None
    wobble: float = 0.0
    spoken: bool = True
    waits: bool = True

    def _power(self, now: Millis) -> float:
        return self.power * (1 + self.wobble * math.sin(now / 3000))

    def park_now(self, now: Millis) -> ParkNow:
        if not self.spoken:
            nothing = Total(None, 300, 0)
            counts = MeterCounts(0, 0, 0, 300)
            return ParkNow(now, 1, nothing, (), None, (), Emission(None), (), (), counts, None)
        power = self._power(now)
        pv, battery = 9_130.0 * (1 + self.wobble * math.cos(now / 5000)), 1_250.0
        grid = power - pv - battery
        weights = [1.0 / (rank + 1.6) for rank in range(len(self.park.enterprises))]
        whole = sum(weights)
        uses = {e.id: 0.955 * power * w / whole for e, w in zip(self.park.enterprises, weights, strict=True)}
        gas = {e.id: 400.0 / (rank + 1) for rank, e in enumerate(self.park.enterprises[:9])}
        links = [
            FlowLink("source:grid", "carrier:electricity", "electricity", grid),
            FlowLink("source:pv", "carrier:electricity", "electricity", pv),
            FlowLink("source:battery", "carrier:electricity", "electricity", battery),
            FlowLink("source:gas", "carrier:gas", "gas", sum(gas.values()) * 10.3),
            FlowLink("source:steam", "carrier:steam", "steam", 5_400.0),
        ]
        links += [FlowLink("carrier:electricity", f"enterprise:{e}", "electricity", use) for e, use in uses.items()]
        links += [FlowLink("carrier:gas", f"enterprise:{e}", "gas", use * 10) for e, use in gas.items()]
        links += [FlowLink("carrier:steam", f"enterprise:{e}", "steam", 900.0) for e in list(uses)[2:8]]
        links += [
            FlowLink("carrier:electricity", "park:own", "electricity", 0.02 * power),
            FlowLink("carrier:electricity", "sink:rest", "electricity", 0.025 * power),
            FlowLink("carrier:gas", "sink:rest", "gas", sum(gas.values()) * 0.3),
        ]
        return ParkNow(
            time=now,
            version=int(now),
            power=Total(power, 12, 12),
            sources=(
                SourcePower(Source.GRID, Total(grid, 2, 2)),
                SourcePower(Source.PV, Total(pv, 9, 8)),
                SourcePower(Source.BATTERY, Total(battery, 1, 1)),
            ),
            clean_share=(pv + battery) / power,
            carriers=(
                CarrierFlow("electricity", "kW", Total(power, 12, 12)),
                CarrierFlow("gas", "m3/h", Total(1_163.2, 6, 6)),
                CarrierFlow("steam", "t/h", Total(7.43, 3, 3)),
                CarrierFlow("water", "m3/h", Total(212.6, 14, 13)),
                CarrierFlow("compressed_air", "m3/h", Total(18_420.0, 5, 5)),
            ),
            co2=Emission(20.3, (GRID_FACTOR,)),
            enterprises=tuple(EnterprisePower(e, Total(use, 4, 4), use / (0.955 * power)) for e, use in uses.items()),
            flow=tuple(links),
            meters=MeterCounts(294, 2, 3, 1),
            newest=self.newest(now),
        )

    def _curve(self, now: Millis) -> DayCurve:
        start = (now + _CHINA) // DAY * DAY - _CHINA
        times = tuple(start + i * STEP for i in range(96))

        def shape(hour: float, lift: float) -> float:
            work = 1 / (1 + math.exp(-(hour - 7.4) * 1.6)) - 1 / (1 + math.exp(-(hour - 19.5) * 1.1))
            lunch = 0.12 * math.exp(-((hour - 12.3) ** 2) / 0.4)
            return (24_000 + 26_500 * (work - lunch) + 900 * math.sin(hour * 5) * work) * lift

        hours = [(time - start) / 3_600_000 for time in times]
        total = [shape(hour, 1.0) if time < now else None for hour, time in zip(hours, times, strict=True)]
        total[37:43] = [None] * 6
        pv = [max(0.0, 11_500 * math.sin((hour - 6.2) / 12 * math.pi)) if 6.2 < hour < 18.2 else 0.0 for hour in hours]
        battery = [1_300.0 if 9.5 < hour < 11.5 else -1_900.0 if 1 < hour < 4.5 else 0.0 for hour in hours]
        known = [value is not None for value in total]
        sources = {
            Source.GRID: [t - p - b if t is not None else None for t, p, b in zip(total, pv, battery, strict=True)],
            Source.PV: [p if k else None for p, k in zip(pv, known, strict=True)],
            Source.BATTERY: [b if k else None for b, k in zip(battery, known, strict=True)],
        }
        guessed = tuple(26 <= i < 30 for i in range(96))
        periods = [
            (0, 8, "valley"),
            (8, 10, "flat"),
            (10, 12, "peak"),
            (12, 14, "flat"),
            (14, 19, "peak"),
            (19, 24, "flat"),
        ]
        return DayCurve(
            start,
            start + DAY,
            STEP,
            times,
            tuple(Series(source, tuple(values), guessed) for source, values in sources.items()),
            tuple(total),
            tuple(shape(hour, 0.965) for hour in hours),
            (
                Band(start + 37 * STEP, start + 43 * STEP, 12, 12),
                Band(start + 16 * STEP, start + 18 * STEP, 3, 12),
            ),
            tuple(TariffBand(start + a * 3_600_000, start + b * 3_600_000, TariffPeriod(p)) for a, b, p in periods),
        )

    def park_day(self, now: Millis) -> ParkDay:
        curve = self._curve(now)
        full = Amount(612_340.0, 0.982, 0.018, 0.0)
        days = tuple(
            EnterpriseDay(
                e.id,
                Amount(62_000.0 / (rank + 1), 1.0, 0.0, 0.0),
                Amount(60_000.0 / (rank + 1), 1.0, 0.0, 0.0),
                Usual(62_000.0 / (rank + 1) / (1 + 0.18 * math.sin(rank * 2.1)), 4) if rank % 7 else None,
            )
            for rank, e in enumerate(self.park.enterprises)
        )
        return ParkDay(
            time=now,
            curve=curve,
            power_yesterday=46_700.0,
            energy=full,
            energy_yesterday=Amount(624_900.0, 1.0, 0.0, 0.0),
            clean_share=0.187,
            co2=Emission(271.3, (GRID_FACTOR,)),
            co2_yesterday=Emission(279.4, (GRID_FACTOR,)),
            co2_intensity=0.443,
            demand=Demand(
                51_940.0,
                now - 3 * DAY + 3_900_000,
                estimated=False,
                contract=60_000.0,
                running=47_800.0,
                expected=48_350.0,
            ),
            carriers=(
                CarrierDay("gas", "m3", Amount(13_240.0, 1, 0, 0), Amount(12_900.0, 1, 0, 0)),
                CarrierDay("steam", "t", Amount(88.2, 1, 0, 0), Amount(91.0, 1, 0, 0)),
                CarrierDay("water", "m3", Amount(2_310.0, 0.93, 0, 0.07), Amount(2_290.0, 1, 0, 0)),
                CarrierDay("compressed_air", "m3", Amount(210_300.0, 1, 0, 0), Amount(208_000.0, 1, 0, 0)),
            ),
            enterprises=days,
            resets=(),
        )

    def attention(self, now: Millis) -> tuple[Attention, ...]:
        if self.attention_items is not None:
            return self.attention_items
        if not self.spoken:
            return ()
        names = [e.id for e in self.park.enterprises]
        meters = [m.id for m in self.park.meters if m.enterprise]
        demand = {"expected_kw": 58_900.0, "contract_kw": 60_000.0, "highest_kw": 51_940.0}
        said = {"unit": "kW", "carrier": "electricity", "value": 431.27}
        fell = {"quantity": "energy_import", "before": 918_273.4, "after": 0.2, "unit": "kWh"}
        rejected = {"count": 14, "reason": "payload is not JSON", "topic": "factory/7/power"}
        return (
            Attention(Severity.ALARM, "supply_silent", now - 600_000, meters[0], None, said),
            Attention(Severity.WARNING, "demand_near", now - 900_000, params=demand),
            Attention(Severity.WARNING, "meter_silent", now - 11_400_000, meters[17], names[2], said),
            Attention(Severity.WARNING, "clock_off", None, meters[61], names[8], {"minutes": 60}),
            Attention(Severity.WARNING, "rejections", now - 3_000_000, params=rejected),
            Attention(Severity.WARNING, "register_reset", now - 5_400_000, meters[40], names[5], fell),
            Attention(Severity.NOTICE, "unassigned", now - 7_200_000, "demo-4711", params={"meters": 1}),
            Attention(Severity.NOTICE, "meters_never", None, params={"meters": 2, "of": 300}),
        )

    def inbox(self, now: Millis) -> Inbox:
        return sample_inbox.inbox(self.park, now) if self.waits else Inbox(now, (), (), ())

    def unknown_topic(self, now: Millis, topic: str) -> TopicPage:
        return sample_topic.page(topic, now)

    def enterprise_meters(self, now: Millis) -> Mapping[str, MeterCounts]:
        del now
        return sample_enterprise.meters(self.park)

    def enterprise_now(self, now: Millis, enterprise: str) -> EnterpriseNow:
        return sample_enterprise.now(self.park, enterprise, now, self.park_now(now))

    def enterprise_page(self, now: Millis, enterprise: str) -> EnterprisePage:
        return sample_enterprise.page(enterprise, now, self.park_day(now))

    def meter_now(self, now: Millis, meter: str) -> MeterNow:
        return sample_meter.now(self.park, meter, now)

    def meter_page(self, now: Millis, meter: str, *, hours: int = 24, quantity: str | None = None) -> MeterPage:
        return sample_meter.page(self.park, meter, now, hours=hours, quantity=quantity)

    def analysis(self, now: Millis, asked: Asked) -> AnalysisPage:
        return sample_analysis.analysis(self.park, now, asked)

    def losses(self, now: Millis, days: int) -> Judged:
        return sample_losses.losses(self.park, now, days)

    def questions(self, now: Millis, meter: str | None) -> Questions:
        return sample_questions.questions(self.park, now, meter) if self.waits else Questions((), 0)

    def register_log(self, now: Millis, meter: str) -> tuple[Happened, ...]:
        return sample_questions.log(now, meter)

    def closings(self, now: Millis) -> Closings:
        return sample_questions.closings(now)

    def explain(self, now: Millis, question: Question) -> Explained:
        del now, question
        return Explained(None, Phrase("refused.not_over"))

    def efficiency(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        del now
        if len(period) == len("2026"):
            return EfficiencyPage(None, None)  # a year is too much at once
        return sample_efficiency.page(self.park, enterprise)


def sample_context(store: Store, *, clock: Callable[[], Millis], history: float | None = None) -> Context:
    """A context around the demo's park; `live` knows only who was heard, and its version moves."""
    live = Live()
    live.heard |= dict.fromkeys(sample_inbox.UNASSIGNED, clock())
    status = Status(Totals(), connected=True, broker="mqtt://127.0.0.1:1883", store="duckdb", history=history)
    return Context(demo_park(), store, live, lambda: status, clock)

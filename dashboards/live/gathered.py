"""The figures of a real park, gathered from the rooms that compute them; the pages' `Figures`."""

from collections.abc import Mapping

from dashboards.live.context import Context
from dashboards.live.figures.analysis import AnalysisFigures, AnalysisPage, Asked
from dashboards.live.figures.attention import AttentionFigures
from dashboards.live.figures.clocks import Clocks
from dashboards.live.figures.closings import ClosingFigures, Closings
from dashboards.live.figures.efficiency_page import EfficiencyFigures, EfficiencyPage
from dashboards.live.figures.enterprise import EnterpriseFigures
from dashboards.live.figures.enterprises import EnterpriseMeters
from dashboards.live.figures.explain import Explained, ExplainFigures
from dashboards.live.figures.inbox import InboxFigures
from dashboards.live.figures.losses import LossFigures
from dashboards.live.figures.meter import MeterFigures
from dashboards.live.figures.park_day import ParkDayFigures
from dashboards.live.figures.park_now import ParkNowFigures
from dashboards.live.figures.quality import Judged
from dashboards.live.figures.questions import QuestionFigures, Questions
from dashboards.live.figures.shapes import (
    Attention,
    EnterpriseNow,
    EnterprisePage,
    Inbox,
    MeterCounts,
    MeterNow,
    MeterPage,
    ParkDay,
    ParkNow,
    TopicPage,
)
from parkwatt.explaining import Question
from parkwatt.readings import Millis
from parkwatt.store.derived import Happened

_HOUR: Millis = 3_600_000


class GatheredFigures:
    """Figures from park, live state and store; what is particular to an enterprise is made when first asked for."""

    def __init__(self, context: Context, clocks: Clocks | None = None) -> None:
        """Prepare; `clocks` knows what was seen of the meters' clocks before."""
        self._context = context
        self._park_now = ParkNowFigures(context)
        self._park_day = ParkDayFigures(context)
        self._clocks = clocks or Clocks()
        self._attention = AttentionFigures(context, self._clocks)
        self._inbox = InboxFigures(context)
        self._enterprise_meters = EnterpriseMeters(context)
        self._losses = LossFigures(context)
        self._questions = QuestionFigures(context)
        self._closings = ClosingFigures(context)
        self._analysis = AnalysisFigures(context)
        self._explain = ExplainFigures(context)
        self._efficiency = EfficiencyFigures(context)
        self._meters: dict[str, MeterFigures] = {}
        self._enterprises: dict[str, EnterpriseFigures] = {}
        self._day: ParkDay | None = None

    def park_now(self, now: Millis) -> ParkNow:
        """The park this second."""
        return self._park_now.at(now)

    def park_day(self, now: Millis) -> ParkDay:
        """The park's day."""
        self._day = self._park_day.at(now)
        return self._day

    def attention(self, now: Millis) -> tuple[Attention, ...]:
        """What needs a person, with the park's day as it was computed last."""
        return self._attention.at(now, self._day, asking=self._questions.asking())

    def inbox(self, now: Millis) -> Inbox:
        """What waits for the engineer who connects meters."""
        return self._inbox.at(now)

    def unknown_topic(self, now: Millis, topic: str) -> TopicPage:
        """A topic that nothing understands, with what its messages may mean."""
        del now
        return self._inbox.topic(topic)

    def enterprise_meters(self, now: Millis) -> Mapping[str, MeterCounts]:
        """How many meters of every enterprise are heard."""
        return self._enterprise_meters.at(now)

    def enterprise_now(self, now: Millis, enterprise: str) -> EnterpriseNow:
        """An enterprise this second."""
        return self._enterprise(enterprise).now(now, self.park_now(now))

    def enterprise_page(self, now: Millis, enterprise: str) -> EnterprisePage:
        """An enterprise's day."""
        return self._enterprise(enterprise).day(now)

    def meter_now(self, now: Millis, meter: str) -> MeterNow:
        """A meter this second."""
        return self._meter(meter).now(now)

    def meter_page(self, now: Millis, meter: str, *, hours: int = 24, quantity: str | None = None) -> MeterPage:
        """A meter over its last hours."""
        return self._meter(meter).page(now, start=now - hours * _HOUR, end=now, quantity=quantity)

    def losses(self, now: Millis, days: int) -> Judged:
        """Losses and quality of the last whole days."""
        return self._losses.of(now, days)

    def questions(self, now: Millis, meter: str | None) -> Questions:
        """What asks for a decision about registers."""
        del now
        return self._questions.of(meter)

    def register_log(self, now: Millis, meter: str) -> tuple[Happened, ...]:
        """What happened to the registers of a meter."""
        del now
        return self._questions.log(meter)

    def closings(self, now: Millis) -> Closings:
        """Closed periods, and what was stated again."""
        return self._closings.of(now)

    def analysis(self, now: Millis, asked: Asked) -> AnalysisPage:
        """A period against another one."""
        return self._analysis.of(now, asked)

    def explain(self, now: Millis, question: Question) -> Explained:
        """Where a figure comes from."""
        return self._explain.of(now, question)

    def efficiency(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        """Efficiency of an enterprise, or of the park."""
        return self._efficiency.of(now, enterprise, period)

    def _meter(self, meter: str) -> MeterFigures:
        if meter not in self._meters:
            self._meters[meter] = MeterFigures(self._context, meter, self._clocks)
        return self._meters[meter]

    def _enterprise(self, enterprise: str) -> EnterpriseFigures:
        if enterprise not in self._enterprises:
            self._enterprises[enterprise] = EnterpriseFigures(self._context, enterprise)
        return self._enterprises[enterprise]

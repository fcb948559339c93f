"""The figures that the pages want; `dashboards.live.figures` makes them, tests may make others."""

from collections.abc import Mapping
from typing import Protocol

from dashboards.live.figures.analysis import AnalysisPage, Asked
from dashboards.live.figures.closings import Closings
from dashboards.live.figures.efficiency_page import EfficiencyPage
from dashboards.live.figures.explain import Explained
from dashboards.live.figures.quality import Judged
from dashboards.live.figures.questions import Questions
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


class Figures(Protocol):
    """Everything a page can say. Those named `now` come from memory, the others may ask the store."""

    def park_now(self, now: Millis) -> ParkNow:
        """The park this second."""
        ...

    def park_day(self, now: Millis) -> ParkDay:
        """The park's day."""
        ...

    def attention(self, now: Millis) -> tuple[Attention, ...]:
        """What needs a person, the worst first."""
        ...

    def inbox(self, now: Millis) -> Inbox:
        """What waits for the engineer who connects meters."""
        ...

    def unknown_topic(self, now: Millis, topic: str) -> TopicPage:
        """A topic that nothing understands, with what its messages may mean."""
        ...

    def enterprise_meters(self, now: Millis) -> Mapping[str, MeterCounts]:
        """How many meters of every enterprise are heard."""
        ...

    def enterprise_now(self, now: Millis, enterprise: str) -> EnterpriseNow:
        """An enterprise this second."""
        ...

    def enterprise_page(self, now: Millis, enterprise: str) -> EnterprisePage:
        """An enterprise's day."""
        ...

    def meter_now(self, now: Millis, meter: str) -> MeterNow:
        """A meter this second."""
        ...

    def meter_page(self, now: Millis, meter: str, *, hours: int = 24, quantity: str | None = None) -> MeterPage:
        """A meter over its last hours; of one quantity, or of its flow."""
        ...

    def losses(self, now: Millis, days: int) -> Judged:
        """Losses and quality of the last whole days; `used` is empty where nothing of them is accounted."""
        ...

    def questions(self, now: Millis, meter: str | None) -> Questions:
        """What asks for a decision about registers: of a meter, of None in the whole park."""
        ...

    def register_log(self, now: Millis, meter: str) -> tuple[Happened, ...]:
        """What happened to the registers of a meter, the newest first."""
        ...

    def closings(self, now: Millis) -> Closings:
        """Closed periods, and what was stated again."""
        ...

    def analysis(self, now: Millis, asked: Asked) -> AnalysisPage:
        """A period against another one."""
        ...

    def explain(self, now: Millis, question: Question) -> Explained:
        """Where a figure comes from."""
        ...

    def efficiency(self, now: Millis, enterprise: str | None, period: str) -> EfficiencyPage:
        """Efficiency of an enterprise, of None of the park, in a year or a month."""
        ...

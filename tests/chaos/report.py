"""What a run says at its end."""

import io
from collections import Counter, defaultdict

from rich.console import Console
from rich.table import Table

from tests.chaos.scene import Outcome

_HEADS = ("rounds", "kills", "published", "acknowledged", "stored", "lost", "wrong", "double", "failed", "seconds")


class Report:
    """The outcomes of a run, by case.

    Attributes:
        seed: what its choices follow from.
    """

    def __init__(self, *, seed: str) -> None:
        self.seed = seed
        self._outcomes: dict[str, list[Outcome]] = defaultdict(list)

    def add(self, case: str, outcome: Outcome) -> None:
        """Take a round's outcome in."""
        self._outcomes[case].append(outcome)

    @property
    def kills(self) -> int:
        """SIGKILLs of the rounds that got to their comparison."""
        return sum(outcome.kills for outcome in self._all() if outcome.error is None)

    @property
    def unclean(self) -> int:
        """Rounds in which something was lost, wrong or double, or that did not get to their end."""
        return sum(not outcome.clean for outcome in self._all())

    @property
    def clean(self) -> bool:
        """Whether there were rounds, and every one was clean."""
        return bool(self._outcomes) and not self.unclean

    def table(self) -> Table:
        """A line per case."""
        table = Table(title=f"seed {self.seed}")
        table.add_column("case")
        for head in _HEADS:
            table.add_column(head, justify="right")
        for case, outcomes in self._outcomes.items():
            table.add_row(case, *_figures(outcomes))
        table.add_section()
        table.add_row("all", *_figures(self._all()))
        return table

    def summary(self) -> str:
        """What was done to the processes, and the verdict in a line."""
        done, counts = Counter[str](), Counter[str]()
        for outcome in self._all():
            done += outcome.done
            counts += outcome.verdict.counts
        kinds = "\n".join(f"  {count:6}  {name}" for name, count in done.most_common())
        verdict = ", ".join(f"{kind} {counts[kind]}" for kind in ("lost", "wrong", "double"))
        lines = [f"done to the processes (seed {self.seed}):", kinds]
        if by_broker := sum(outcome.verdict.lost_by_broker for outcome in self._all()):
            lines.append(f"published with QoS 2 and lost by the NATS server itself, not counted: {by_broker}")
        if failed := sum(outcome.error is not None for outcome in self._all()):
            lines.append(f"rounds that did not get to their comparison, their kills not counted: {failed}")
        return "\n".join([*lines, f"{self.kills} kills: {verdict}"])

    def text(self) -> str:
        """Table and summary, for a file."""
        console = Console(file=io.StringIO(), width=160)
        console.print(self.table())
        console.print(self.summary(), highlight=False)
        written = console.file
        assert isinstance(written, io.StringIO)
        return written.getvalue()

    def _all(self) -> list[Outcome]:
        return [outcome for outcomes in self._outcomes.values() for outcome in outcomes]


def explained(outcome: Outcome) -> str:
    """A round in a line; of one that failed, the offending readings or the error below it."""
    verdict = str(outcome.verdict) if outcome.error is None else "NOT COMPARED"
    line = (
        f"{outcome.kills} kills, {outcome.published} messages published, {outcome.acknowledged} acknowledged, "
        f"{outcome.verdict.stored} readings stored, {outcome.seconds:.0f} s: {verdict}"
    )
    if outcome.error is not None:
        line += f"\n  {outcome.error}"
    for offence in outcome.verdict.offences:
        kind, meter, time, expected, found = offence
        line += f"\n  {kind}: {meter} at {time}: expected {expected}, found {list(found)}"
    return line


def _figures(outcomes: list[Outcome]) -> list[str]:
    counts = sum((outcome.verdict.counts for outcome in outcomes), Counter[str]())
    numbers = (
        len(outcomes),
        sum(o.kills for o in outcomes),
        sum(o.published for o in outcomes),
        sum(o.acknowledged for o in outcomes),
        sum(o.verdict.stored for o in outcomes),
        counts["lost"],
        counts["wrong"],
        counts["double"],
        sum(o.error is not None for o in outcomes),
        sum(o.seconds for o in outcomes),
    )
    return [f"{number:,.0f}" for number in numbers]

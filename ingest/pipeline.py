"""The whole way in as one thing to start, ask and stop: broker, session and collector."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.address import BrokerAddress
from ingest.batching import Decoder
from ingest.broker import BrokerSession
from ingest.collector import Collector
from ingest.embedded import EmbeddedBroker
from ingest.writer import Writer
from parkwatt.readings import Millis
from parkwatt.status import Problem, Status


@dataclass(frozen=True, slots=True)
class Subscription:
    """What we ask the broker for.

    Attributes:
        client_id: ours for ever; the broker keeps messages for it while we are away.
        topics: topic filters.
        mine: whether messages on a topic are ours to store, where several collectors listen to the same topics; the
            others are acknowledged and left alone. None: all are ours.
    """

    client_id: str
    topics: Sequence[str] = ("#",)
    mine: Callable[[str], bool] | None = None


class Pipeline:
    """Everything between the meters and the store.

    Attributes:
        history: share of a simulated past that is filled (0 to 1); None when nothing is being filled.
    """

    def __init__(
        self,
        *,
        broker: BrokerAddress | EmbeddedBroker,
        subscription: Subscription,
        decoder: Decoder,
        writer: Writer,
        clock: Callable[[], Millis],
    ) -> None:
        """Put the parts together; nothing starts before `start`.

        Args:
            broker: where to listen; an embedded broker is started and stopped with the pipeline.
            subscription: what to listen to.
            decoder: turns messages into readings.
            writer: makes them safe; closed with the pipeline.
            clock: now.
        """
        self.history: float | None = None
        self._embedded = broker if isinstance(broker, EmbeddedBroker) else None
        self._address = broker.address if isinstance(broker, EmbeddedBroker) else broker
        self._writer = writer
        self._collector = Collector(decoder=decoder, writer=writer, mine=subscription.mine)
        self._session = BrokerSession(
            self._address,
            client_id=subscription.client_id,
            topics=subscription.topics,
            sink=self._collector,
            clock=clock,
        )

    def start(self) -> None:
        """Start the broker if it is ours, then listen.

        Raises:
            BrokerStartError: if the embedded broker does not start.
        """
        if self._embedded is not None:
            self._embedded.start()
        self._collector.start(self._session)
        self._session.start()

    def stop(self) -> None:
        """Store and acknowledge what has arrived, leave the broker, and end it if it is ours."""
        self._collector.stop()
        self._session.stop()
        if self._embedded is not None:
            self._embedded.stop()
        self._writer.close()

    def status(self) -> Status:
        """How it is doing now."""
        problems = [
            Problem(code, detail)
            for code, detail in (
                ("embedded_broker_down", self._embedded.problem if self._embedded else None),
                ("broker_down", self._session.problem),
            )
            if detail
        ] + self._writer.problems()
        return Status(
            totals=self._writer.store.totals(),
            waiting=self._collector.backlog(),
            spooled=self._writer.spooled,
            connected=self._session.connected,
            broker=str(self._address),
            store=str(self._writer.store),
            problems=tuple(problems),
            history=self.history,
        )

"""The whole way in as one thing to start, ask and stop: broker, session and collector."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from ingest.address import BrokerAddress
from ingest.broker import BrokerSession
from ingest.collector import Collector
from ingest.embedded import EmbeddedBroker
from ingest.formats.decoder import Decoder
from ingest.raw import RawLog
from ingest.subscription import Subscription
from ingest.writer import Writer
from parkwatt.readings import Millis
from parkwatt.status import Problem, Status


class Pipeline:
    """Everything between the meters and the store.

    Attributes:
        history: share of a simulated past that is filled (0 to 1); None when nothing is being filled.
    """

    def __init__(  # noqa: PLR0913 - its parts, each by its name
        self,
        *,
        broker: BrokerAddress | EmbeddedBroker,
        subscription: Subscription,
        decoder: Decoder,
        writer: Writer,
        clock: Callable[[], Millis],
        raw: RawLog | None = None,
    ) -> None:
        """Put the parts together; nothing starts before `start`.

        Args:
            broker: where to listen; an embedded broker is started and stopped with the pipeline.
            subscription: what to listen to.
            decoder: turns messages into readings.
            writer: makes them safe; closed with the pipeline.
            clock: now.
            raw: keeps the messages as they came, started and stopped with the pipeline; None for nobody.
        """
        self.history: float | None = None
        self._embedded = broker if isinstance(broker, EmbeddedBroker) else None
        self._address = broker.address if isinstance(broker, EmbeddedBroker) else broker
        self._writer, self._decoder, self._raw = writer, decoder, raw
        self._collector = Collector(decoder=decoder, writer=writer, mine=subscription.mine, raw=raw)
        self._session = BrokerSession(
            self._address,
            subscription,
            sink=self._collector,
            clock=clock,
            window=self._embedded.window if self._embedded else None,
        )

    def start(self) -> None:
        """Start the broker if it is ours, then listen.

        Raises:
            BrokerStartError: if the embedded broker does not start.
            FolderInUseError: if another process keeps its raw messages in the same folder.
        """
        if self._raw is not None:
            self._raw.start()
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
        if self._raw is not None:
            self._raw.stop()

    def between_batches(self) -> AbstractContextManager[None]:
        """While it lasts no message is decoded; what arrives waits."""
        return self._collector.between_batches()

    def settle(self) -> None:
        """Wait until what was decoded is in the store; between batches.

        Raises:
            UnsettledError: if it takes too long, or some of it went into the spool.
        """
        self._collector.settle()

    def read_with(self, renewed: Callable[[Decoder], Decoder], mine: Callable[[str], bool] | None) -> None:
        """Decode with another decoder from now on; between batches.

        Args:
            renewed: makes it from the one before.
            mine: whether a topic is in this collector's partition.
        """
        self._decoder = self._collector.decoder = renewed(self._decoder)
        self._collector.mine = mine

    def status(self) -> Status:
        """How it is doing now."""
        down = [
            Problem(code, detail)
            for code, detail in (
                ("embedded_broker_down", self._embedded.problem if self._embedded else None),
                ("broker_down", self._session.problem),
                ("store_down", self._collector.problem),
            )
            if detail
        ]
        return Status(
            totals=self._writer.store.totals(),
            waiting=self._collector.backlog(),
            spooled=self._writer.spool.readings,
            spool_bytes=self._writer.spool.size,
            spool_damaged=self._writer.spool.damaged,
            raw_bytes=self._raw.size() if self._raw else 0,
            raw_dropped=self._raw.dropped if self._raw else 0,
            unread=self._decoder.unread(),
            durable=self._writer.durable.distribution(),
            connected=self._session.connected,
            broker=str(self._address),
            store=str(self._writer.store),
            problems=(
                *down,
                *self._writer.problems(),
                *(self._raw.problems() if self._raw else ()),
                *self._session.limits.problems,
            ),
            history=self.history,
        )

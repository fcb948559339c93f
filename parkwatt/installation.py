"""One Parkwatt process: the way in, the store and the page, wired together, run and stopped in the right order."""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ingest.address import BrokerAddress
from ingest.embedded import EmbeddedBroker
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.housekeeping import Housekeeping
from ingest.model_files import ModelFiles
from ingest.onboarding import Replay, Teacher
from ingest.origins import RawOrigins
from ingest.partition import Partition, Partitioner
from ingest.pipeline import Pipeline
from ingest.raw import RawLog
from ingest.raw.decoders import Recipe
from ingest.read_again import ReadAgain
from ingest.rejected_again import RejectedAgain
from ingest.share import Share
from ingest.spool import Spool
from ingest.subscription import Subscription
from ingest.writer import Writer
from parkwatt.accounting_service import AccountingService
from parkwatt.adopter import Adopter
from parkwatt.configuration import Configuration, own_models, read
from parkwatt.following import Following
from parkwatt.live import Live
from parkwatt.moving.nightly import NightlyBackup
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.recorder import Recorder
from parkwatt.reload_signal import ReloadOnSignal
from parkwatt.reporting import Reporting
from parkwatt.status import Problem, Status
from parkwatt.store import Store

logger = logging.getLogger(__name__)


def now() -> Millis:
    """The clock that everything in a process is given."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True)
class Intake:
    """Where messages come from and how long their readings are kept.

    Attributes:
        broker: an external broker, or the embedded one, which is started and stopped with the process.
        spool: folder for readings that the store could not take yet; each client id has its own in it.
        topics: topic filters to listen to.
        retention_days: readings older than this are deleted; None keeps them all.
        portion: our part of the messages, where several collectors share them; None for all.
        spool_limit: most the spool may take [bytes].
        raw: folder for the messages as they came; each client id has its own in it; None keeps none.
        raw_days: how long they are kept [days].
        raw_limit: most they may take [bytes].
    """

    broker: BrokerAddress | EmbeddedBroker
    spool: Path
    topics: Sequence[str] = ("#",)
    retention_days: float | None = None
    portion: Partition | Share | None = None
    spool_limit: int = 20 * 10**9
    raw: Path | None = None
    raw_days: float = 7.0
    raw_limit: int = 20 * 10**9

    def raw_log(self, client_id: str) -> RawLog | None:
        """Keeps the messages as they come, if that is asked for."""
        if self.raw is None or not self.raw_days:
            return None
        return RawLog(self.raw / client_id, clock=now, days=self.raw_days, limit=self.raw_limit)

    def subscription(self, park: Park) -> Subscription:
        """What to ask the broker for, under a client id of our own."""
        name = client_id(park, self.portion)
        match self.portion:
            case None:
                return Subscription(name, self.topics)
            case Share() as share:
                return Subscription(name, share.filters(self.topics))
            case Partition() as partition:
                return Subscription(name, self.topics, Partitioner(partition, park).mine)


def client_id(park: Park, portion: Partition | Share | None) -> str:
    """What a collector is called at the broker, and its folders are."""
    return f"parkwatt-{park.id}" if portion is None else f"parkwatt-{park.id}-{portion.member}"


@dataclass(frozen=True, slots=True)
class Web:
    """Where the page is shown.

    Attributes:
        password: None shows it to everyone on this machine, and to nobody else.
    """

    host: str
    port: int
    password: str | None = None

    @property
    def url(self) -> str:
        """Address to open in a browser on this machine."""
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"


def nothing() -> None:
    """What is done meanwhile if there is nothing to do."""


class ReloadError(ValueError):
    """The files say what a running process cannot change; a restart can."""


class Service(Protocol):
    """Something that runs beside the rest."""

    def start(self) -> None:
        """Begin; returns at once."""
        ...

    def stop(self) -> None:
        """End."""
        ...


class Installation:
    """The rooms of one process.

    Attributes:
        live: the park this second.
        models: the device models that messages are read with.
        park_file: where both stand.
        pipeline: the way in; None in a process that only shows.
        raw: the messages of the last days as they came; None where they are not kept.
        on_reload: told after park and device models have changed in the running process.
        replay: reads kept messages again; None where none are kept.
        adoption: writes meters into the park file; None where there is none to write.
        recording: writes other records into it; None where there is none to write.
    """

    def __init__(  # noqa: PLR0913 - what is wired together, each by its name
        self,
        *,
        park: Park,
        store: Store,
        models: Sequence[DeviceModel] = (),
        park_file: Path | None = None,
        intake: Intake | None = None,
        web: Web | None = None,
    ) -> None:
        """Wire the rooms; nothing starts before `run`.

        Args:
            park: the park file.
            store: where readings live; closed at the end of `run`.
            models: device models.
            park_file: where `reload` reads park and device models again; None where that is not asked for.
            intake: where messages come from; None for a process that only shows.
            web: where the page is shown; None for a process that only collects.
        """
        self.park, self.store, self.live = park, store, Live()
        self._following = Following(store, self.live)
        self._following.catch_up()
        self.models, self.park_file = tuple(models), park_file
        self.on_reload: list[Callable[[Configuration], None]] = []
        self.replay: Replay | None = None
        self.adoption = Adopter(self, park_file, clock=now) if park_file is not None else None
        self.recording = None
        if park_file is not None and self.adoption is not None:
            self.recording = Recorder(self, park_file, clock=now, one_at_a_time=self.adoption.one_at_a_time)
        self._intake, self._web = intake, web
        self._one_at_a_time = threading.RLock()
        self.pipeline: Pipeline | None = None
        self.raw: RawLog | None = None
        self._problems: list[Callable[[], Sequence[Problem]]] = [] if intake else [self._following.problems]
        self._services: list[Service] = [self._following]
        if park_file is not None:
            self._services.append(ReloadOnSignal(self.reload))
        if intake is not None:
            subscription = intake.subscription(park)
            self.raw = intake.raw_log(subscription.client_id)
            if self.raw is not None:
                self.replay = ReadAgain(
                    self.raw,
                    store,
                    live=self.live,
                    settled=self._settled,
                    recipe=lambda: Recipe(self.models, self.park),
                )
            self.pipeline = Pipeline(
                broker=intake.broker,
                subscription=subscription,
                decoder=self.new_decoder(),
                writer=Writer(
                    store=store,
                    spool=Spool(intake.spool / subscription.client_id, limit=intake.spool_limit),
                    live=self.live,
                ),
                clock=now,
                raw=self.raw,
            )
            self._services += [self.pipeline, Reporting(store, self.pipeline.status, clock=now)]
            if intake.retention_days is not None:
                self._services.append(Housekeeping(store, retention_days=intake.retention_days, clock=now))

    def new_decoder(self) -> Decoder:
        """A decoder for this park's messages."""
        return Decoder(self.models, self.park)

    def beside(self, service: Service) -> None:
        """Run something else from start to stop."""
        self._services.append(service)

    def back_up_nightly(self, folder: Path, *, keep: int) -> None:
        """Make a backup every night while the process runs, and keep so many of them."""
        if self.park_file is None:
            message = "a backup holds the park file, and there is none"
            raise ValueError(message)
        backup = NightlyBackup(
            self.store, park=lambda: self.park, park_path=self.park_file, folder=folder, keep=keep, clock=now
        )
        self.beside(backup)
        self._problems.append(backup.problems)

    def account(self) -> None:
        """Account what meters count while the process runs: consumption, coal, carbon and cost."""
        accounting = AccountingService(self.store, self.park, clock=now)
        self.beside(accounting)
        self._problems.append(accounting.problems)
        self.on_reload.append(lambda configuration: accounting.use(configuration.park))

    def reload(self) -> None:
        """Read park and device models again, and go on with them: no message is lost or read twice.

        Raises:
            ConfigurationError: if the files have mistakes; everything is as it was.
            ReloadError: if they say what only a restart can bring.
        """
        if self.park_file is None:
            message = "this process was not started from a park file"
            raise ReloadError(message)
        with self._one_at_a_time:
            self.go_on_with(read(self.park_file))

    def go_on_with(self, configuration: Configuration, *, meanwhile: Callable[[], None] = nothing) -> None:
        """Exchange park and device models in the running process, between two batches of messages.

        Args:
            configuration: what counts from now on.
            meanwhile: done just before, while no message is decoded; what it raises leaves everything as it was.

        Raises:
            ReloadError: if it says what only a restart can bring.
        """
        with self._one_at_a_time:
            if configuration.park.id != self.park.id:
                message = f"the park's id was {self.park.id!r}, now it is {configuration.park.id!r}; restart for that"
                raise ReloadError(message)
            with nullcontext() if self.pipeline is None else self.pipeline.between_batches():
                meanwhile()
                self._exchange(configuration)
            self.live.version += 1
            for tell in self.on_reload:
                tell(configuration)
            logger.info("reading with %s: %d meters", self.park_file or "what was given", len(self.park.meters))

    @property
    def collects(self) -> bool:
        """Whether messages come in here."""
        return self.pipeline is not None

    def settle(self) -> None:
        """Wait, while no message is decoded, until the store has everything that was.

        Raises:
            UnsettledError: if it takes too long, or some of it went into the spool.
        """
        if self.pipeline is not None:
            self.pipeline.settle()

    def _exchange(self, configuration: Configuration) -> None:
        self.park, self.models = configuration
        self.store.label_with(self.park)
        if self._intake is not None and self.pipeline is not None:
            mine = self._intake.subscription(self.park).mine
            self.pipeline.read_with(lambda before: before.renewed(self.models, self.park), mine)

    def _teacher(self) -> Teacher | None:
        """Who learns messages that nothing understands; nobody where no messages come in."""
        if self.pipeline is None or self.park_file is None:
            return None
        teacher = Teacher(
            park=lambda: self.park,
            models=lambda: self.models,
            files=ModelFiles(own_models(self.park_file)),
            store=self.store,
            raw=self.raw,
            heard=lambda: [kept[-1] for kept in list(self.live.raw.values())],
            reload=self.reload,
            replay=self.replay or RejectedAgain(store=self.store, decoder=self.new_decoder, live=self.live),
        )
        self.on_reload.append(lambda _: teacher.forget())
        return teacher

    @contextmanager
    def _settled(self) -> Iterator[None]:
        """While it lasts, the store has everything that was decoded, and nothing else is decoded."""
        with nullcontext() if self.pipeline is None else self.pipeline.between_batches():
            self.settle()
            yield

    def status(self) -> Status:
        """How the pipeline is doing."""
        if self.pipeline is None:
            status = Status(totals=self.store.totals(), connected=True, store=str(self.store))
        else:
            status = self.pipeline.status()
        return replace(status, problems=(*status.problems, *(one for tell in self._problems for one in tell())))

    def run(self, *, ready: Callable[[], None]) -> None:
        """Run until Ctrl-C or SIGTERM; what has arrived by then is stored and acknowledged.

        Args:
            ready: called when everything runs.

        Raises:
            BrokerStartError: if the embedded broker does not start.
            KeyboardInterrupt: when told to stop, after everything is stopped.
        """
        started: list[Service] = []
        try:
            for service in self._services:
                started.append(service)
                service.start()
            if self._web is None:
                ready()
                threading.Event().wait()
            else:
                # A process that only collects need not wait seconds for what draws pages.
                from dashboards.live.context import Context
                from dashboards.live.server import Server, build

                rooms = (self.park, self.store, self.live, self.status, now)
                context = Context(
                    *rooms,
                    onboarding=self._teacher(),
                    adoption=self.adoption,
                    recording=self.recording,
                    origins=None if self.raw is None else RawOrigins([self.raw]),
                    park_file=self.park_file,
                )

                def show(configuration: Configuration) -> None:
                    context.park = configuration.park

                self.on_reload.insert(0, show)
                app = build(context, password=self._web.password)
                Server(app, host=self._web.host, port=self._web.port, ready=ready).run()
        finally:
            for service in reversed(started):
                service.stop()
            self.store.close()

"""What the tests of replays share: collectors without a network, and what their stores hold."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.batching import decode_batch
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.formats.sparkplug_payload import DataType, Metric, SparkplugPayload, encode
from ingest.raw import RawLog
from ingest.raw.decoders import Recipe
from parkwatt.park import Park
from parkwatt.readings import Reading, Rejection, SeriesKey
from parkwatt.store import Query, Store
from tests.ingest.raws import Clock, running
from tests.store.readings import START

Batches = Sequence[Sequence[Message]]


def model(name: str = "box", *, topics: str = "dev/{meter}", **more: object) -> DeviceModel:
    """A device model of a box that counts energy."""
    fields = more.pop("fields", [{"path": "p", "quantity": "active_power"}])
    time = {"path": "t"}
    return DeviceModel.model_validate(
        {"name": name, "title": name, "topics": topics, "time": time, "fields": fields, **more}
    )


def park(*meters: dict[str, object]) -> Park:
    """A park with some meters."""
    facts = {"id": "p", "name": {"en": "P"}, "time_zone": "Asia/Shanghai"}
    return Park.model_validate({**facts, "meters": meters})


@contextmanager
def collector(folder: Path, clock: Clock | None = None, **options: object) -> Iterator[RawLog]:
    """One run of a collector, as far as its raw messages go."""
    with running(folder, clock or Clock(), **options) as log:
        yield log


def collect(
    store: Store, log: RawLog | None, recipe: Recipe, batches: Batches, decoder: Decoder | None = None
) -> Decoder:
    """Decode and store batches as a collector does; the decoder, for the next ones."""
    decoder = recipe.decoder() if decoder is None else decoder.renewed(recipe.models, recipe.park)
    for batch in batches:
        store.write(decode_batch(decoder, batch).batch)
        if log is not None:
            log.put(batch, decoder, 100)
    return decoder


Held = tuple[list[Reading], dict[SeriesKey, object], list[Rejection]]


def held(store: Store) -> Held:
    """Everything that a store has: readings, the newest of each series with its arrival, rejections."""
    readings = store.readings(Query(), limit=1_000_000).readings
    rejections = sorted(store.rejections(limit=1_000_000), key=repr)
    return sorted(readings, key=repr), dict(store.latest()), rejections


def said(number: int, payload: str, topic: str = "dev/1", *, retained: bool = False) -> Message:
    """A message that arrived so many seconds after the start."""
    return Message(topic, payload.encode(), START + number * 1000, retained)


def power(number: int, kw: float, *, topic: str = "dev/1", time: int | None = None) -> Message:
    """A message with a power, measured so many seconds after the start; at its arrival if left out."""
    measured = START // 1000 + (number if time is None else time)
    return said(number, f'{{"p": {kw}, "t": {measured}}}', topic)


def node(kind: str, number: int, value: float = 0.0, *, seq: int = 0) -> Message:
    """A message of a Sparkplug node: its birth names the metric, its data only carry an alias."""
    metric = Metric("Power", 1, DataType.FLOAT, value, properties={"engUnit": "kW"})
    if kind == "NDATA":
        metric = Metric(None, 1, DataType.FLOAT, value)
    body = encode(SparkplugPayload([metric], timestamp=START + number * 1000, seq=seq))
    return Message(f"spBv1.0/Plant/{kind}/node", body, START + number * 1000)

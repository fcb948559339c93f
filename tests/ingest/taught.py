"""A Teacher on a real store and a real folder of models, which reads rejected messages again when it has learnt."""

from collections.abc import Callable
from pathlib import Path

from ingest.devices import load_models
from ingest.devices.load import load_model
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.model_files import ModelFiles
from ingest.onboarding import Teacher
from parkwatt.live import RawMessage
from parkwatt.onboarding import Draft, DraftField, Replayed
from parkwatt.park import Meter, Name, Park
from parkwatt.readings import Millis
from parkwatt.store import Batch
from parkwatt.store.duck import DuckStore

ARRIVED: Millis = 1_795_400_000_000
TOPIC = "site/wago-7/pfc"
PRESETS = load_models()
PAYLOAD = b'{"ts": 1795399990, "U": 230.5, "P": 12750, "W": "48211.75"}'


class Raw(list[Message]):
    """Raw messages, in the order in which they came."""

    def last(self, topic: str, count: int) -> list[Message]:
        """The last of a topic, the newest first."""
        return [message for message in reversed(self) if message.topic == topic][:count]


class School:
    """What a Teacher stands in: a park, its models, its store, what came in."""

    def __init__(self, folder: Path, store: DuckStore, *meters: Meter) -> None:
        self.folder, self.store = folder, store
        self.park = Park(id="p", name=Name(en="Park"), time_zone="Asia/Shanghai", meters=meters)
        self.models: list[DeviceModel] = list(PRESETS)
        self.heard: list[RawMessage] = []
        self.came: list[Message] = []
        self.raw = Raw()
        self.reload_fails = False
        self.teacher = Teacher(
            park=lambda: self.park,
            models=lambda: self.models,
            files=ModelFiles(folder),
            store=store,
            raw=self.raw,
            heard=lambda: self.heard,
            reload=self.reload,
            replay=self._replay,
        )

    def receive(self, topic: str, payload: bytes, arrived: Millis = ARRIVED) -> None:
        """What a collector does with a message."""
        message = Message(topic, payload, arrived)
        self.came.append(message)
        gathered = Decoder(self.models, self.park).gather([message])
        self.store.write(Batch(gathered.columns(), gathered.rejections, arrived, received=1))

    def reload(self) -> None:
        """Read the device models again, or fail as another file of the folder would make it."""
        if self.reload_fails:
            message = "another file of the folder has a mistake"
            raise ValueError(message)
        self.models = [*(load_model(path) for path in sorted(self.folder.glob("*.yaml"))), *PRESETS]

    def _replay(self, concerns: Callable[[str], bool]) -> Replayed:
        again = [message for message in self.came if concerns(message.topic)]
        gathered = Decoder(self.models, self.park).gather(again)
        columns = gathered.columns()
        self.store.write(Batch(columns, (), ARRIVED))
        readings = list(columns)
        return Replayed(len(again), len(readings), tuple(dict.fromkeys(r.meter for r in readings)))


def draft(**changes: object) -> Draft:
    """A draft for `PAYLOAD` that may be saved."""
    usual: dict[str, object] = {
        "topic": TOPIC,
        "topics": "site/{meter}/pfc",
        "name": "wago_pfc",
        "title": "Wago PFC",
        "meter": "{meter}",
        "time": "ts",
        "fields": (
            DraftField("U", "voltage"),
            DraftField("P", "active_power", unit="W", negate=True),
            DraftField("W", "energy_import", unit="kWh"),
        ),
    }
    return Draft(**{**usual, **changes})  # type: ignore[arg-type]  # tests name the fields they change

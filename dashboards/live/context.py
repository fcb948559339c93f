"""What every page and every HTTP answer needs to know; wired once, by hand, in the command line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from parkwatt.adoption import Adoption
from parkwatt.explaining import Origins
from parkwatt.live import Live
from parkwatt.onboarding import Onboarding
from parkwatt.park import Park
from parkwatt.readings import Millis
from parkwatt.recording import Recording
from parkwatt.status import StatusSource
from parkwatt.store import Store


@dataclass(slots=True)
class Context:
    """The park and where its numbers come from.

    Attributes:
        park: the park file; another one after it was read again.
        store: readings of the past.
        live: readings of this second.
        status: how the pipeline is doing.
        clock: now, so that tests can say when now is.
        adoption: writes meters into the park file; None where there is none to write.
        recording: writes other records into it; None where there is none to write.
        onboarding: learns messages that nothing understands; None in a process that only shows.
        origins: finds the kept messages that readings came from; None where none are kept.
        park_file: where the park's records stand; None where that is not known.
    """

    park: Park
    store: Store
    live: Live
    status: StatusSource
    clock: Callable[[], Millis]
    onboarding: Onboarding | None = None
    adoption: Adoption | None = None
    recording: Recording | None = None
    origins: Origins | None = None
    park_file: Path | None = None

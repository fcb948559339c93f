"""What meters say while processes run."""

import json
import threading
import time

from tests.both.beside import Beside

START = time.time_ns() // 1_000_000 - 600_000


def said(number: int, *, meter: str = "press") -> tuple[str, str]:
    """A message of a meter; the number is its power, and its second."""
    body = {"time": START + number * 1_000, "active_power": number, "energy_import": 1_000 + number}
    return "parkwatt/gw/readings", json.dumps([{"meter": meter, **body}])


class Flow:
    """Messages of one meter, one after the other, until told to end.

    Attributes:
        count: how many the broker has acknowledged.
    """

    def __init__(self, beside: Beside, *, meter: str = "press") -> None:
        self.count, self._meter = 0, meter
        self._beside, self._stop = beside, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._beside.publishing() as publish:
            while not self._stop.is_set():
                publish([said(self.count + n, meter=self._meter) for n in range(20)])
                self.count += 20

    def end(self) -> int:
        """How many there were."""
        self._stop.set()
        self._thread.join(30)
        return self.count

"""SIGHUP: read park and device models again, without a restart."""

import logging
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

logger = logging.getLogger(__name__)

_STANDARD_INPUT = 0


class ReloadOnSignal:
    """Reloads in a thread of its own each time the process gets a SIGHUP; a mistake is logged and changes nothing.

    A terminal that is closed sends the same signal: who was started there ends with it, as it always did.
    """

    def __init__(self, reload: Callable[[], None]) -> None:
        """Prepare.

        Args:
            reload: raises `ValueError` where the files have mistakes.
        """
        self._reload = reload
        self._at_terminal = os.isatty(_STANDARD_INPUT)
        self._wanted, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    def start(self) -> None:
        """Listen to the signal; in the main thread, as Python asks."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGHUP, self._told)
        self._thread.start()

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()
        self._wanted.set()
        self._thread.join()

    def _told(self, _signal: int, _frame: FrameType | None) -> None:
        if self._at_terminal and not os.isatty(_STANDARD_INPUT):
            signal.raise_signal(signal.SIGTERM)
        else:
            self._wanted.set()

    def _run(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._stopping.is_set():
                return
            try:
                self._reload()
            except (ValueError, OSError) as error:
                logger.warning("not reloaded, everything goes on as before:\n%s", error)

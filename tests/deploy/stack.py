"""The stack of docker-compose.yml as processes of this machine: same commands, same environment, same order.

What differs is only where things are: a container's folder is a folder of the test, a service's name is 127.0.0.1
and a port, and InfluxDB is the one that the tests have.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.deploy.broker import DeployedBroker
from tests.deploy.compose import make_secrets, read_env, services
from tests.influx_server import Influx
from tests.servers import free_port
from tests.waiting import until

PAGE = "dashboard"


class Process:
    """One service of ours, started as its container would start it."""

    def __init__(self, name: str, service: Mapping[str, Any], *, env: Mapping[str, str], log: Path) -> None:
        """Prepare; `env` is what the service is told, with places of this machine."""
        self.name, self.log = name, log
        self._command = [sys.executable, "-m", "parkwatt", *service["command"]]
        self._health = [sys.executable, "-m", *service["healthcheck"].get("test", [])[1:]]
        self._env = {"PATH": os.environ["PATH"], **env}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, for the first time or again."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(self._command, env=self._env, cwd=self.log.parent, stdout=log, stderr=log)

    def is_well(self) -> bool:
        """Its health check, while it runs."""
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        ran = subprocess.run(
            self._health, env=self._env, cwd=self.log.parent, capture_output=True, check=False, timeout=30
        )
        return ran.returncode == 0

    def kill(self) -> None:
        """End it as a crash does."""
        assert self._process is not None
        self._process.kill()
        assert self._process.wait(10) == -signal.SIGKILL

    def stop(self) -> int | None:
        """End it as Docker does; its exit status."""
        if self._process is None:
            return None
        self._process.terminate()
        try:
            return self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(10)


class Stack:
    """Broker, collectors, accounting and page around an InfluxDB.

    Attributes:
        folder: everything that the stack writes; `park` in it is the park folder.
        env: what .env says.
        broker: Mosquitto.
        running: our services by name, in the order of their start.
        page_port: where the page is.
    """

    def __init__(self, folder: Path, influx: Influx, **told: str) -> None:
        """Prepare; `told` is environment for all our services beside what docker-compose.yml says."""
        self.folder, self._influx = folder, influx
        self.env = read_env(make_secrets(folder))
        self._services = services(self.env)
        self.broker = DeployedBroker(folder / "broker", self._services["broker"]["environment"])
        self.page_port = free_port()
        self.running: dict[str, Process] = {}
        self._told = told

    def start(self, *names: str) -> None:
        """Start the broker and these services, each when what it waits for is well."""
        self.broker.start()
        until(self.broker.is_well)
        waiting = list(names)
        while waiting:
            ready = [name for name in waiting if not set(self._services[name].get("depends_on", {})) & set(waiting)]
            for name in ready:
                self._start(name)
            for name in ready:
                if "test" in self._services[name]["healthcheck"]:
                    until(self.running[name].is_well, seconds=90)
            waiting = [name for name in waiting if name not in ready]

    def _start(self, name: str) -> None:
        service = self._services[name]
        home = self.folder / name
        home.mkdir()
        places = self._places(name)
        env = {variable: self._here(value, places) for variable, value in service["environment"].items()}
        self.running[name] = Process(name, service, env={**env, **self._told}, log=home / "log")
        self.running[name].start()

    def _places(self, name: str) -> dict[str, str]:
        """The service's folders, and where they are on this machine."""
        found = {folder: str(self.folder / name) + folder for folder in self._services[name]["tmpfs"]}
        for volume in self._services[name].get("volumes", []):
            if isinstance(volume, str):
                source, target = volume.split(":")[:2]
                found[target] = str(self.folder / "volumes" / source)
            else:
                found[volume["target"]] = str(self.folder / "park")
        for folder in found.values():
            Path(folder).mkdir(parents=True, exist_ok=True)
        return found

    def _here(self, value: str, places: Mapping[str, str]) -> str:
        """What a service is told, with places of this machine."""
        for theirs, ours in places.items():
            if value == theirs or value.startswith(f"{theirs}/"):
                return ours + value.removeprefix(theirs)
        if value == self.env["PARKWATT_INFLUX_TOKEN"]:
            return self._influx.token
        if value.startswith("influx://influxdb:8086/?"):
            return self._influx.url
        value = value.replace("@broker:1883", f"@127.0.0.1:{self.broker.port}")
        return {"0.0.0.0": "127.0.0.1", "8080": str(self.page_port)}.get(value, value)

    def stop(self) -> dict[str, int | None]:
        """End everything, the last first; exit statuses of our services."""
        statuses = {name: process.stop() for name, process in reversed(self.running.items())}
        self.broker.stop()
        return statuses

    def logs(self) -> str:
        """What everybody said, for a test that fails."""
        files = [self.broker.log, *(process.log for process in self.running.values())]
        return "\n".join(f"--- {file}\n{file.read_text(errors='replace')[-3000:]}" for file in files)


def now() -> int:
    """The time of this machine [ms]."""
    return time.time_ns() // 1_000_000

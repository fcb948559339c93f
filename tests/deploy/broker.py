"""The broker of the stack as a process: the files of deploy/mosquitto, with paths and ports of this machine."""

import getpass
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.deploy.compose import ROOT
from tests.servers import answers, free_port
from tests.waiting import until

# Debian has it where only root's PATH looks.
PATH = f"{os.environ['PATH']}{os.pathsep}/usr/sbin"


class DeployedBroker:
    """Mosquitto as deploy/mosquitto/start starts it.

    Attributes:
        port, tls_port: where it listens; the second only with MQTT_TLS.
        folder: settings, what `start` makes, data, certificates and log.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Prepare; `environment` is what docker-compose.yml gives the broker."""
        self.folder, self._environment = folder, dict(environment)
        self.port, self.tls_port = free_port(), free_port()
        self.log = folder / "broker.log"
        here = {
            "/run/mosquitto": str(folder / "run"),
            "/mosquitto/data": str(folder / "data"),
            "/certificates": str(folder / "certificates"),
            # As root Mosquitto would become another user, who may not read the test's files.
            "listener 1883": f"user {getpass.getuser()}\nlistener {self.port} 127.0.0.1",
            "listener 8883": f"listener {self.tls_port} 127.0.0.1",
        }
        for name in ("settings", "run", "data", "certificates"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        for source in sorted((ROOT / "deploy" / "mosquitto").iterdir()):
            text = source.read_text(encoding="utf-8")
            for theirs, ours in here.items():
                text = text.replace(theirs, ours)
            (folder / "settings" / source.name).write_text(text, encoding="utf-8")
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> subprocess.Popen[bytes]:
        """Start it, for the first time or again, without waiting."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                ["sh", str(self.folder / "settings" / "start")],
                env={"PATH": PATH, **self._environment},
                stdout=log,
                stderr=log,
            )
        return self.process

    def start(self) -> None:
        """Start it and wait until it answers."""
        process = self.run()

        def is_up() -> bool:
            assert process.poll() is None, self.log.read_text()
            return answers(self.port)

        until(is_up)

    def stop(self, *, kill: bool = False) -> None:
        """End it, by SIGTERM or SIGKILL."""
        if self.process is not None and self.process.poll() is None:
            if kill:
                self.process.kill()
            else:
                self.process.terminate()
            self.process.wait(30)

    def is_well(self) -> bool:
        """The health check of docker-compose.yml, with this port."""
        ran = subprocess.run(
            [
                "mosquitto_sub",
                "-h",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-t",
                "$SYS/broker/uptime",
                "-C",
                "1",
                "-W",
                "5",
            ],
            env={"PATH": PATH, "XDG_CONFIG_HOME": str(self.folder / "run")},
            capture_output=True,
            check=False,
            timeout=20,
        )
        return ran.returncode == 0

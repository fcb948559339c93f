"""Set-up on a stranger's machine: what is missing is installed where that is allowed, else said."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COREUTILS = ("dirname", "ls", "cat", "rm", "mktemp", "tail", "env", "printf", "sed", "grep", "touch")


class Machine:
    """A copy of the tools with a PATH of its own, on which commands exist as told."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.log = folder / "log"
        shutil.copytree(ROOT / "tools", folder / "tools")
        for name in COREUTILS:
            found = shutil.which(name)
            if found:
                (self.bin / name).symlink_to(found)
        self.command("id", "echo 1000")

    def command(self, name: str, script: str) -> None:
        """Put a command on the PATH; each call of it is logged."""
        path = self.bin / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{script}\n', encoding="utf-8")
        path.chmod(0o755)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        first, *rest = command
        return subprocess.run(
            ["/bin/sh", str(self.bin.parent / "tools" / first), *rest],
            env={"PATH": str(self.bin)},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def called(self, name: str) -> list[str]:
        if not self.log.exists():
            return []
        return [line for line in self.log.read_text(encoding="utf-8").splitlines() if line.startswith(f"{name} ")]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_missing_servers_are_listed(machine: Machine) -> None:
    """Where nothing may be installed, every missing package is listed with the command, and the exit fails."""
    machine.command("apt-get", "exit 0")
    ran = machine.run("ensure_servers")
    assert ran.returncode == 1
    assert "    chromium\n" in ran.stderr
    assert "sudo apt-get install --no-install-recommends " in ran.stderr
    assert "mosquitto-clients" in ran.stderr
    assert machine.called("apt-get") == []


def test_missing_servers_are_installed_by_root(machine: Machine) -> None:
    """Root gets what is missing installed, unattended, with a line of progress for each."""
    machine.command("id", "echo 0")
    machine.command("apt-get", "exit 0")
    ran = machine.run("ensure_servers")
    assert ran.returncode == 0, ran.stderr
    assert "Installing chromium from Debian ... done\n" in ran.stdout
    installs = machine.called("apt-get")
    assert installs
    assert all(" -y " in call and " install --no-install-recommends " in call for call in installs)


def test_sudo_without_password_is_used(machine: Machine) -> None:
    """A user with passwordless sudo gets the same."""
    machine.command("sudo", 'shift; exec "$@"')
    machine.command("true", "exit 0")
    machine.command("apt-get", "exit 0")
    ran = machine.run("apt_install", "chromium")
    assert ran.returncode == 0, ran.stderr
    assert machine.called("apt-get")


def test_package_lists_are_fetched_once(machine: Machine) -> None:
    """On a fresh machine, where no package is known yet, the lists are fetched and the install tried again."""
    machine.command("id", "echo 0")
    machine.command(
        "apt-get", f'case "$*" in *update*) touch "{machine.log}.lists";; esac\n[ -e "{machine.log}.lists" ]'
    )
    ran = machine.run("apt_install", "one", "two")
    assert ran.returncode == 0, ran.stderr
    assert [call.split()[-1] for call in machine.called("apt-get")] == ["one", "update", "one", "two"]


def test_failing_install_is_said(machine: Machine) -> None:
    """An install that fails ends in a failing exit with apt's own last words."""
    machine.command("id", "echo 0")
    machine.command("apt-get", "echo E: no space left; exit 100")
    ran = machine.run("apt_install", "chromium")
    assert ran.returncode == 1
    assert "E: no space left" in ran.stderr


def test_old_python_is_said(machine: Machine) -> None:
    """A Python that is too old is named, with the way to a newer one, and no environment is touched."""
    machine.command("python3", '[ "$1" = --version ] && echo Python 3.9.2 && exit 0; exit 1')
    environment = machine.bin.parent / ".venv"
    environment.mkdir()
    ran = machine.run("make_venv", "python3")
    assert ran.returncode == 1
    assert "Parkwatt needs Python 3.11 or newer; here is Python 3.9.2." in ran.stderr
    assert environment.exists()


def test_python_without_venv(machine: Machine) -> None:
    """Debian's Python without its venv package is told which package to install."""
    machine.command("python3", 'case "$2" in *version_info*) exit 0;; *) exit 1;; esac')
    ran = machine.run("make_venv", "python3")
    assert ran.returncode == 1
    assert "    python3-venv\n" in ran.stderr

"""The image: pinned, without root, made of the sources alone, the same every time."""

import json
import os
import re
import shutil
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from tests.deploy.compose import ROOT
from tests.deploy.image import Build, context, stages

DATA = {".yaml", ".csv", ".json", ".css", ".html", ".js", ".svg", ".sql"}
"""Endings of the files beside Python that the product needs at run time."""


def test_base_image_is_pinned() -> None:
    """Both stages come from one exact version of Python, the minor version that the project is held to."""
    bases = {stage[0].text.split()[0] for stage in stages()}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", bases.pop())


def test_dependencies_come_with_hashes() -> None:
    """What is installed from elsewhere is in the lock file and compared by hash; the rest comes from here."""
    installs = [step.text for stage in stages() for step in stage if step.what == "RUN" and " install " in step.text]
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "-r requirements.lock" in installs[0]
    assert "--no-index" in installs[1]
    assert not any(step.what == "ADD" for stage in stages() for step in stage)


def test_it_runs_without_root_and_takes_signals() -> None:
    """The image has a user of its own by number, installs nothing at the end, and no shell stands before Parkwatt."""
    last = {step.what: step.text for step in stages()[-1]}
    user, group = last["USER"].split(":")
    assert int(user) >= 1000
    assert int(group) >= 1000
    assert json.loads(last["ENTRYPOINT"]) == ["parkwatt"]
    assert [step.text for step in stages()[-1] if "pip" in step.text] == []


def test_docker_sees_the_sources_alone(tmp_path: Path) -> None:
    """Secrets, data, tests and compiled files are not sent to Docker; everything that is copied is."""
    for name in (".env", "data/park.duckdb", "park/park.yaml", "tests/test_x.py", ".git/config",
                 "parkwatt/cli.py", "parkwatt/store/x.sql", "parkwatt/__pycache__/cli.pyc", "README.md"):  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {str(path) for path in context(tmp_path)} == {"parkwatt/cli.py", "parkwatt/store/x.sql", "README.md"}


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Docker sees of the sources, at one moment; without git."""
    folder = tmp_path_factory.mktemp("sources")
    for path in context(ROOT):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    return folder


@pytest.fixture(scope="module")
def wheels(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The wheel as the Dockerfile makes it, twice, from files of different times; without a network."""
    env = {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": sysconfig.get_path("purelib"),
    }
    made = []
    for name in ("one", "two"):
        build = Build(tmp_path_factory.mktemp(name), source=sources, env=env)
        build.run(without=" install ")
        made.append(build.wheel)
    return made


def test_same_sources_make_the_same_wheel(wheels: list[Path]) -> None:
    """Two builds give the same bytes."""
    one, two = (wheel.read_bytes() for wheel in wheels)
    assert one == two


def test_the_wheel_is_whole(wheels: list[Path], sources: Path) -> None:
    """Every module and every file that the product reads at run time is in it, and nothing else."""
    inside = {name for name in zipfile.ZipFile(wheels[0]).namelist() if ".dist-info/" not in name}
    meant = {
        str(path)
        for path in context(sources)
        if len(path.parts) > 1 and (path.suffix in DATA | {".py", ".typed"} or "template" in path.parts)
    }
    assert inside == meant

"""The image's build stage without Docker: the steps of the Dockerfile, run in a folder."""

import fnmatch
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.deploy.compose import ROOT

FILE = ROOT / "Dockerfile"
ABSOLUTE = ("/opt/parkwatt", "/dist", "/src")
"""Folders of the build stage, which lie in the test's folder here."""


class Step(NamedTuple):
    """One instruction of a Dockerfile."""

    what: str
    text: str


def stages() -> list[list[Step]]:
    """The instructions, stage by stage."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Step]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        what, _, rest = line.partition(" ")
        if what == "FROM":
            found.append([])
        found[-1].append(Step(what, rest))
    return found


def context(folder: Path) -> list[Path]:
    """What Docker sees of a folder: the files that .dockerignore leaves, relative to it."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    tops = [top for top in sorted(folder.iterdir()) if not _is_left_out(Path(top.name), rules)]
    paths = [path.relative_to(folder) for top in tops for path in (top, *sorted(top.rglob("*"))) if path.is_file()]
    return [path for path in paths if not _is_left_out(path, rules)]


def _is_left_out(path: Path, rules: Sequence[str]) -> bool:
    """Whether a file is ignored: the last rule that matches it, or a folder it is in, decides."""
    out = False
    for rule in rules:
        pattern, keeps = rule.removeprefix("!"), rule.startswith("!")
        places = [path, *list(path.parents)[:-1]]
        if pattern.startswith("**/"):
            matches = any(fnmatch.fnmatch(place.name, pattern[3:]) for place in places)
        else:
            matches = any(place.parent == Path() and fnmatch.fnmatch(str(place), pattern) for place in places)
        if matches:
            out = not keeps
    return out


class Build:
    """The first stage, in a folder."""

    def __init__(self, folder: Path, *, source: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
        """Prepare; `source` is what would be sent to Docker, `env` adds to the little that the steps are told."""
        self.folder, self._source = folder, source
        self._env = {"PATH": os.environ["PATH"], "HOME": str(folder), **(env or {})}
        self._work = folder

    def run(self, *, without: str = "") -> None:
        """Run every step; those with `without` in their text are left out."""
        for step in stages()[0]:
            if without and without in step.text:
                continue
            text = self._here(step.text)
            match step.what:
                case "ENV":
                    self._env.update(dict(word.split("=", 1) for word in shlex.split(text)))
                case "WORKDIR":
                    self._work = Path(text)
                    self._work.mkdir(parents=True, exist_ok=True)
                case "COPY":
                    *sources, target = shlex.split(text)
                    self._copy(sources, target)
                case "RUN":
                    ran = subprocess.run(
                        ["sh", "-c", text], cwd=self._work, env=self._env, capture_output=True, text=True, check=False
                    )
                    assert ran.returncode == 0, f"{text}\n{ran.stdout}{ran.stderr}"
                case "FROM":
                    pass
                case other:
                    raise AssertionError(f"a step that is not known here: {other}")

    def _here(self, text: str) -> str:
        for folder in ABSOLUTE:
            text = re.sub(rf"(?<![\w.]){folder}\b", f"{self.folder}{folder}", text)
        return text

    def _copy(self, sources: Sequence[str], target: str) -> None:
        seen = context(self._source)
        for source in sources:
            files = [path for path in seen if path == Path(source) or Path(source) in path.parents]
            assert files, f"COPY {source}: .dockerignore leaves nothing of it"
            for path in files:
                inside = path.relative_to(source) if path != Path(source) else Path(path.name)
                place = self._work / target / inside
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self._source / path, place)

    @property
    def wheel(self) -> Path:
        """The wheel it made."""
        return next((self.folder / "dist").glob("*.whl"))

"""The rules of the house that no other tool holds: what files look like, what is documented, what is never named."""

import ast
import importlib
import importlib.util
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("parkwatt", "ingest", "dashboards", "bench", "tests")
PRODUCT = ("parkwatt", "ingest", "dashboards", "bench", "deploy", "docs", "tools", ".ci")
TEXTS = {
    "",
    ".py",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".json",
    ".csv",
    ".css",
    ".js",
    ".sh",
    ".sql",
    ".cfg",
    ".lock",
    ".conf",
    ".service",
}
LOCKS = ("requirements.lock", "requirements-dev.lock")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def python_files() -> Iterator[Path]:
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))


def product_texts() -> Iterator[Path]:
    """Every text that ships or tells about the product; what is generated or downloaded is not among them."""
    for folder in PRODUCT:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path
    yield from (path for path in sorted(ROOT.iterdir()) if path.is_file() and path.suffix in TEXTS)


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_test_says_what_it_holds() -> None:
    """Every test has a docstring: the behaviour in a sentence."""
    silent = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in python_files()
        if path.name.startswith("test_")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_long_file() -> None:
    """No source file is over 400 lines: one thought per file."""
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_no_drawer_for_everything() -> None:
    """No module is called after nothing in particular."""
    drawers = {"utils", "util", "helpers", "misc"}
    assert [path for path in python_files() if path.stem in drawers or path.parent.name in drawers] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host(name: str) -> None:
    """Lock files pin versions and hashes and name no place to get them from."""
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-(i|f|-index-url|-extra-index-url|-find-links|-trusted-host)\b", text, re.MULTILINE)
    entries = re.split(r"\n(?=[a-z0-9])", text.partition("make lock\n")[2])
    assert [entry for entry in entries if not re.match(r"\S+==\S+ .*\\\n +--hash=sha256:", entry)] == []


def test_lock_has_every_dependency() -> None:
    """What pyproject.toml asks for is locked: after a change, `make lock`."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    wanted = {LOCKS[0]: project["dependencies"], LOCKS[1]: project["optional-dependencies"]["dev"]}
    for lock, requirements in wanted.items():
        locked = set(re.findall(r"^([a-z0-9.-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        names = {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in requirements}
        assert {re.sub(r"[._]+", "-", name) for name in names} <= locked, lock


def test_links_resolve() -> None:
    """Every link to a place inside the repository leads somewhere."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages()
        for target in LINK.findall(page.read_text(encoding="utf-8"))
        if not target.startswith(("http://", "https://", "mailto:", "#"))
        if not (page.parent / target.partition("#")[0]).exists()
    ]
    assert broken == []


def test_no_place_that_only_one_machine_has() -> None:
    """No file names a package registry or a folder of the machine it was written on."""
    forbidden = re.compile(
        r"pypi\.org|pythonhosted\.org|registry\.npmjs|(?<![\w.$}])/(work|root|home|Users)/|\.\./shared"
    )
    named = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in product_texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if forbidden.search(line)
    ]
    assert named == []


def test_readme_says_the_two_commands() -> None:
    """The README tells a newcomer how to see it and how to test it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "make demo" in readme
    assert "make test" in readme


@pytest.mark.skipif(importlib.util.find_spec("parkwatt.cli") is None, reason="there is no command line yet")
def test_every_command_and_option_is_documented() -> None:
    """Every command, argument and option of the command line stands in docs/cli.md or the README."""
    typer_main = importlib.import_module("typer.main")
    group = typer_main.get_command(importlib.import_module("parkwatt.cli").app)
    documents = [page for page in (ROOT / "docs" / "cli.md", ROOT / "README.md") if page.exists()]
    text = "\n".join(page.read_text(encoding="utf-8") for page in documents)
    spoken: set[str] = set()
    open_commands = [("parkwatt", group)]
    while open_commands:
        name, command = open_commands.pop()
        spoken.add(name)
        for parameter in command.params:
            longest = max(parameter.opts, key=len)
            if longest.startswith("--") and longest not in {"--help", "--install-completion", "--show-completion"}:
                spoken.add(longest)
        open_commands += [(f"{name} {word}", inner) for word, inner in getattr(command, "commands", {}).items()]
    assert sorted(word for word in spoken if not re.search(rf"{re.escape(word)}(?![\w-])", text)) == []

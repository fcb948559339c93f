"""docs/formats.md is what the device models say."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ingest.devices.page import anchor, page
from ingest.devices.presets import presets
from ingest.formats.decoder import BUILT_IN

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
MODELS = presets()
TEMPLATE = (DOCS / "formats.template.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    """The page is what the tool writes from the models that ship."""
    assert (DOCS / "formats.md").read_text(encoding="utf-8") == page(TEMPLATE, MODELS), "run: make docs"


def test_every_link_of_the_index_leads_somewhere() -> None:
    """Each format in the index has its section."""
    text = page(TEMPLATE, MODELS)
    headings = {anchor(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    linked = set(re.findall(r"\]\(#([^)]+)\)", text))
    assert len(linked) >= len(MODELS)
    assert linked <= headings


def test_the_formats_in_code_have_their_sections() -> None:
    """What the decoder has built in is described in the template."""
    assert [name for name in BUILT_IN if f"| `{name}` |" not in TEMPLATE] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_model_is_described(model) -> None:
    """The section of a model names its quirks, its fields and its first readings."""
    text = page("{{models}}", [model])
    assert text.startswith(f"### {model.title}\n")
    for quirk in model.quirks:
        assert quirk in text
    for field in model.all_fields:
        assert field.quantity in text
    assert model.examples
    assert "→" in text


def test_the_tool_writes_the_page(tmp_path: Path) -> None:
    """`tools/formats_doc` writes the page in the repository that it belongs to."""
    for name in ("tools/formats_doc", "docs/formats.template.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    subprocess.run([tmp_path / "tools" / "formats_doc"], check=True)
    assert (tmp_path / "docs" / "formats.md").read_text(encoding="utf-8") == page(TEMPLATE, MODELS)

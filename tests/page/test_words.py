"""The page's texts: complete in both languages, and nowhere else."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from dashboards.live import words as catalogue
from dashboards.live.figures.attention import CODES
from dashboards.live.figures.shapes import Severity, Source, TariffPeriod
from dashboards.live.words import LANGUAGES, IncompleteTextError, Words, _leaves, preferred, texts
from parkwatt.park import CARRIERS

LIVE = Path(catalogue.__file__).parent
TEMPLATES = sorted((LIVE / "templates").rglob("*.html"))
SCRIPTS = sorted((LIVE / "static").rglob("*.js"))
PLACE = re.compile(r"\{(\w+)\}")


def test_both_languages_fill_the_same_places():
    """A number that one language says, the other says too."""
    for key, leaf in texts().items():
        places = [set(PLACE.findall(leaf[language])) for language in LANGUAGES]
        assert places[0] == places[1], key


def test_chinese_texts_are_chinese():
    """A Chinese text has Chinese characters, unless it is only a name, a number or a unit."""
    for key, leaf in texts().items():
        said = re.sub(r"\{\w+\}|Parkwatt", "", leaf["zh"])
        if not key.startswith("language.") and re.search(r"[a-z]{3,}", said):
            assert re.search(r"[\u4e00-\u9fff]", said), key


@pytest.mark.parametrize(
    "text", [{"en": "power"}, {"zh": "功率"}, {"en": "", "zh": "功率"}, {"en": "a", "zh": "b", "c; d": 1}]
)
def test_an_incomplete_text_is_refused(text):
    """A text without one of its languages, or cut at a comma, stops the page from starting."""
    with pytest.raises(IncompleteTextError):
        _leaves({"some": {"text": text}}, "")


_SILENT = frozenset({"script", "style", "code", "pre"})
"""Commands and file names are the same in every language."""


class _Texts(HTMLParser):
    """Collects what a reader would read, and what a screen reader would say."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag, attrs):
        self._silent += tag in _SILENT
        self.found += [
            value for name, value in attrs if name in {"title", "aria-label", "alt", "placeholder"} and value
        ]

    def handle_endtag(self, tag):
        self._silent -= tag in _SILENT

    def handle_data(self, data):
        if not self._silent:
            self.found.append(data)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_is_written_into_a_template(path):
    """Templates hold no words of their own: all of them come from the catalogue."""
    reader = _Texts()
    markup = re.sub(r"(</?)\{\{.*?\}\}", r"\1span", path.read_text())
    reader.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "", markup, flags=re.DOTALL))
    assert [text.strip() for text in reader.found if re.search(r"[A-Za-z\u4e00-\u9fff]{2,}", text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_chinese_is_written_into_a_script(path):
    """Scripts hold no words either."""
    assert not re.search(r"[\u4e00-\u9fff]", path.read_text())


def test_every_text_a_template_names_exists():
    """A template cannot ask for a text that nobody wrote."""
    for path in TEMPLATES:
        for key in re.findall(r"""\bt\(['"]([a-z_.]+)['"][,)]""", path.read_text()):
            assert key in texts(), f"{path.name}: {key}"


def test_every_code_of_the_figures_has_a_text():
    """Whatever the figures can say, the page can put into words."""
    wanted = [f"attention.{code}.{part}" for code in CODES for part in ("what", "todo")]
    wanted += [f"source.{source}" for source in Source] + [f"tariff.{period}" for period in TariffPeriod]
    wanted += [f"carrier.{carrier}" for carrier in CARRIERS] + [f"severity.{severity}" for severity in Severity]
    assert [key for key in wanted if key not in texts()] == []


def test_one_thing_has_its_own_form_in_english():
    """One message is not 'messages'."""
    words = Words("en")
    assert words("park.flow_others", n=1) == "one other"
    assert words("park.flow_others", n=5) == "5 others"
    assert Words("zh")("park.flow_others", n=1) == "其他 1 家"


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "language"),
    [
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "de-DE,de;q=0.9,en;q=0.5,zh;q=0.7", "zh"),
        (None, None, "fr", "en"),
        (None, None, None, "en"),
        (None, "en", "zh-CN", "en"),
        ("zh", "en", "en", "zh"),
        ("xx", None, "en;q=oops,zh;q=0.1", "zh"),
    ],
)
def test_the_language_is_asked_remembered_or_the_browsers(asked, remembered, accepted, language):
    """The address wins, then the choice made earlier, then the browser's own order."""
    assert preferred(asked, remembered, accepted) == language

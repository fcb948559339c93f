"""The page that teaches Parkwatt a topic: what stands on it before anybody chose anything."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import expect

from dashboards.live.view import subject_of
from dashboards.live.views.unknown_topic import UNKNOWN_TOPIC
from dashboards.live.words import texts
from ingest.formats import suggest
from tests.page.conftest import Opener, Served
from tests.page.framing import CHINESE, ENGLISH, frame
from tests.page.sample_topic import EMPTY, HOSTILE, TOPIC


def form(topic: str, *, edition=ENGLISH) -> str:
    """What stands in place of the form."""
    return frame(UNKNOWN_TOPIC, subject_of("", {"topic": topic}), edition=edition).fragments["teach"].html


def row(html: str, path: str) -> str:
    """The row of one number."""
    return html.split(f'<tr data-path="{path}"')[1].split("</tr>", maxsplit=1)[0]


def test_only_what_is_sure_is_filled_in() -> None:
    """A sure guess is filled in beforehand; a likely one, one with a warning, and what has no guess are not used."""
    html = form(TOPIC)
    assert "selected" in row(html, "U1")
    assert [path for path in ("P", "Wp", "&#34;odd&lt;b&gt;&#34;") if "selected" in row(html, path)] == []


@pytest.mark.parametrize(
    ("edition", "words"), [(ENGLISH, ("sure", "likely", "unsure")), (CHINESE, ("确定", "可能", "不确定"))]
)
def test_how_sure_a_guess_is_stands_in_words(edition, words) -> None:
    """Beside each guess stands how sure it is, in words and not by colour alone."""
    html = form(TOPIC, edition=edition)
    for path, word in zip(("U1", "P", "Wp"), words, strict=True):
        assert f"</span>{word}</span>" in row(html, path)


def test_markup_in_topic_and_key_is_text() -> None:
    """A topic and a key with markup are escaped wherever they stand, data for scripts included."""
    html = form(HOSTILE)
    assert "<img" not in html
    assert "odd<b>" not in html


@pytest.mark.parametrize(("topic", "says"), [("never/heard", "No message of this topic"), (EMPTY, "no number")])
def test_where_there_is_nothing_to_teach(topic: str, says: str) -> None:
    """An unknown topic, and one without numbers, say so and lead back to the inbox."""
    html = form(topic)
    assert says in html
    assert 'href="/inbox"' in html


NO_PREVIEW = {"fields": [], "messages": [], "problems": [], "warnings": [], "yaml": "", "may_be_saved": False}


def test_the_form_is_not_replaced_while_the_messages_move_on(opened: Opener, served: Served) -> None:
    """What somebody has chosen stays when the connection comes back with everything the server knows."""
    page = opened("/inbox?lang=en")
    page.route("**/api/v1/inbox/preview**", lambda route: route.fulfill(json=NO_PREVIEW))
    page.goto(f"{served.address}/inbox/topic?{urlencode({'topic': TOPIC})}")
    expect(page.locator("form[data-ready]")).to_be_visible()
    page.locator("#name").fill("my_name")
    heard = page.evaluate("Number(document.documentElement.dataset.frames)")
    page.evaluate("window.socket.disconnect()")
    page.evaluate("window.socket.connect()")
    page.wait_for_function(f"Number(document.documentElement.dataset.frames) > {heard}")
    expect(page.locator("#name")).to_have_value("my_name")


def test_every_code_of_a_suggestion_has_a_text() -> None:
    """Whatever a suggestion can rest on, or have against it, the page says in both languages."""
    named = re.findall(r"`(\w+)`[:;,]|`(\w+)`", Path(suggest.__file__).read_text().split('"""')[1])
    codes = {first or second for first, second in named} - {"reasons", "warning"}
    assert len(codes) > 12
    assert [code for code in sorted(codes) if f"teach.remark.guess_{code}" not in texts()] == []

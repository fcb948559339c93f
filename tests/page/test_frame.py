"""What is told to a browser: only what changed, and all of it."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame, message

KEYS = st.sampled_from(["power", "energy", "co2"])
FRAMES = st.builds(
    Frame,
    st.dictionaries(KEYS, st.builds(Shown, st.sampled_from(["1", "2"]), st.sampled_from(["kW", "MW"]))),
    st.dictionaries(KEYS, st.integers(0, 2).map(lambda version: Fragment(version, f"<p>{version}</p>"))),
    st.dictionaries(KEYS, st.fixed_dictionaries({"value": st.integers(0, 2)})),
)


def told(parts: dict[str, object]) -> dict[str, dict[str, object]]:
    return {name: dict(parts.get(name, {})) for name in "vfc"}  # type: ignore[call-overload]


@given(FRAMES, FRAMES)
def test_a_browser_that_was_told_the_changes_shows_what_a_newcomer_is_told(old: Frame, new: Frame):
    """Changes on top of the old frame give the new one, for every key that the new one has."""
    before, changes, whole = told(message(old)), told(message(new, old)), told(message(new))
    for name in "vfc":
        after = before[name] | changes[name]
        assert {key: after[key] for key in whole[name]} == whole[name]


@given(FRAMES)
def test_nothing_is_told_when_nothing_changed(frame: Frame):
    """The same frame again is no message."""
    assert message(frame, frame) == {}


def test_a_fragment_is_sent_again_only_with_a_new_version():
    """Values inside a list move by their own keys: the list itself is left alone, so nothing jumps."""
    old = Frame(fragments={"list": Fragment(("a", "b"), "<li>1</li>")})
    assert message(Frame(fragments={"list": Fragment(("a", "b"), "<li>2</li>")}), old) == {}
    assert message(Frame(fragments={"list": Fragment(("b", "a"), "<li>2</li>")}), old) == {"f": {"list": "<li>2</li>"}}

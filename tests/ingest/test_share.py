"""Shared subscriptions: what a member asks the broker for, and who it is there."""

import pytest

from ingest.share import Share


def test_member_of_a_group() -> None:
    """Every filter is asked for in the group's name, and the client id has group and member."""
    share = Share("gate", "west")
    assert share.filters(["#", "tele/+/SENSOR"]) == ["$share/gate/#", "$share/gate/tele/+/SENSOR"]
    assert share.member == "gate-west"
    assert Share("gate").member == "gate-1"


@pytest.mark.parametrize("name", ["", "a/b", "+", "#", "a b", "a\n", "a\0b", "x" * 65])
def test_what_is_no_name(name: str) -> None:
    """Names that a topic filter or a client id cannot hold are refused."""
    with pytest.raises(ValueError, match="share"):
        Share(name)
    with pytest.raises(ValueError, match="member"):
        Share("gate", name)

"""Made-up topics that nothing understands: one with numbers, one with markup in it, one without numbers."""

from dashboards.live.figures.shapes import TopicPage
from parkwatt.live import RawMessage
from parkwatt.onboarding import Leaf, Proposal, Remark, TimeChoice, UnknownTopic
from parkwatt.quantities import Kind
from parkwatt.readings import Millis

TOPIC = "plant3/wago/line 7/data"
HOSTILE = "x/<img src=x onerror=alert(1)>"
EMPTY = "plant3/wago/line 7/door"
_PAYLOAD = b'{"ts": 1799989800, "U1": 230.4, "P": -12750, "Wp": "48211.7", "odd<b>": 7}'


def topics(time: Millis) -> tuple[UnknownTopic, ...]:
    reason = "topic and payload match no device model"
    return (
        UnknownTopic(TOPIC, 14, time - 4_000_000, time - 9_000, reason, _PAYLOAD),
        UnknownTopic(HOSTILE, 1, time - 900_000, time - 900_000, reason, b"<script>alert('x')</script> 12,5"),
    )


def page(topic: str, time: Millis) -> TopicPage:
    """What can be told about a topic; nothing about one that was never heard."""
    if topic not in {TOPIC, HOSTILE, EMPTY}:
        return TopicPage(None, "nothing")
    if topic == EMPTY:
        door = (RawMessage(EMPTY, b'{"door": "open"}', time - 60_000),)
        remark = Remark("no_numbers", "There is no number in the kept messages of this topic.")
        return TopicPage(Proposal(topic, door, (), topic, "door", "Door", "door", remarks=(remark,)))
    messages = tuple(RawMessage(topic, _PAYLOAD, time - 9_000 - 60_000 * i) for i in range(3))
    contradicts = Remark("guess_unit_contradicts_value", values={"unit": "kV", "value": "48211.7"})
    leaves = (
        Leaf("U1", "U1", ("230.4", "229.8", "231.0"), None, "voltage", "L1", "V", Kind.GAUGE, confidence=0.95),
        Leaf("P", "P", ("-12750", "-12900"), "W", "active_power", None, "W", Kind.GAUGE, confidence=0.7),
        Leaf(
            "Wp", "Wp", ("48211.7",), "kV", "energy_import", None, "kWh", Kind.REGISTER,
            confidence=0.4, warnings=(contradicts,),
        ),
        Leaf('"odd<b>"', "odd<b>", ("7",)),
    )  # fmt: skip
    return TopicPage(
        Proposal(
            topic,
            messages,
            leaves,
            topics="plant3/wago/{meter}/data",
            name="plant3_wago",
            title="plant3 wago",
            meter="{meter}",
            time="ts",
            times=(TimeChoice("ts", "1799989800"),),
        )
    )

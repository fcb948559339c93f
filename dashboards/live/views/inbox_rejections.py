"""What could not be read: topics that nothing understands, and mistakes in messages of those that are understood."""

from dashboards.live.edition import Edition
from dashboards.live.figures.shapes import Inbox
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import topic_address
from dashboards.live.views.meter_payload import readable
from dashboards.live.views.meter_states import age_shown
from parkwatt.onboarding import UnknownTopic

LISTED = 200
"""More topics than this are counted, not listed."""
_SAYS = 160
"""Characters of a topic's newest message that are shown in the list."""


def rejections(edition: Edition, inbox: Inbox) -> Frame:
    """Topics that nothing understands, each with the way to teach it; then other mistakes, by reason."""
    values: dict[str, Shown] = {}
    rows = []
    for number, group in enumerate(inbox.rejections):
        count = edition.words("inbox.at_least", n=group.count) if group.more else str(group.count)
        values[f"r.{number}.count"] = Shown(count, edition.words("inbox.messages", n=group.count))
        values[f"r.{number}.last"] = age_shown(edition, group.last)
        values[f"r.{number}.first"] = age_shown(edition, group.first)
        examples = [(example, readable(example.payload)) for example in group.examples]
        rows.append({"reason": group.reason, "examples": examples})
    for topic in inbox.topics[:LISTED]:
        values[f"t.{topic.topic}.count"] = Shown(str(topic.count), edition.words("inbox.messages", n=topic.count))
        values[f"t.{topic.topic}.last"] = age_shown(edition, topic.last)
    frame = Frame(values)
    html = edition.render(
        "parts/inbox_rejections.html",
        frame,
        topics=[_topic(topic) for topic in inbox.topics[:LISTED]],
        more=max(0, len(inbox.topics) - LISTED),
        groups=rows,
    )
    version = (
        tuple((topic.topic, topic.newest) for topic in inbox.topics),
        tuple((str(row["reason"]), str(row["examples"])) for row in rows),
    )
    return frame | Frame(fragments={"rejections": Fragment(version, html)})


def _topic(topic: UnknownTopic) -> dict[str, str]:
    text = " ".join(readable(topic.newest).text.split())
    return {"topic": topic.topic, "address": topic_address(topic.topic), "says": text[:_SAYS], "reason": topic.reason}

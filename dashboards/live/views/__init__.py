"""The views: one file each; a new page is a new `View` in this list and a template of its name."""

from dashboards.live.view import View
from dashboards.live.views.adopt import ADOPT
from dashboards.live.views.analysis import ANALYSIS
from dashboards.live.views.decisions import DECISIONS
from dashboards.live.views.efficiency import EFFICIENCY
from dashboards.live.views.enterprise import ENTERPRISE
from dashboards.live.views.enterprises import ENTERPRISES
from dashboards.live.views.explain import EXPLAIN
from dashboards.live.views.inbox import INBOX
from dashboards.live.views.losses import LOSSES
from dashboards.live.views.meter import METER
from dashboards.live.views.park import PARK
from dashboards.live.views.screen import SCREEN
from dashboards.live.views.unknown import UNKNOWN
from dashboards.live.views.unknown_topic import UNKNOWN_TOPIC

VIEWS: tuple[View, ...] = (
    PARK,
    ENTERPRISES,
    ENTERPRISE,
    METER,
    ANALYSIS,
    EFFICIENCY,
    LOSSES,
    EXPLAIN,
    INBOX,
    DECISIONS,
    ADOPT,
    UNKNOWN_TOPIC,
    SCREEN,
)
"""All that have an address."""

__all__ = ["UNKNOWN", "VIEWS"]

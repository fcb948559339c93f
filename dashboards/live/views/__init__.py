"""The views: one file each; a new page is a new `View` in this list and a template of its name."""

from dashboards.live.view import View
from dashboards.live.views.park import PARK

VIEWS: tuple[View, ...] = (PARK,)
"""All of them."""

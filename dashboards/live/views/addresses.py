"""Where pages are: an id from the wire may hold anything, a slash included."""

from urllib.parse import quote, urlencode


def enterprise_address(enterprise: str) -> str:
    """The page of an enterprise."""
    return f"/enterprise/{quote(enterprise, safe='')}"


def meter_address(meter: str) -> str:
    """The page of a meter."""
    return f"/meter/{quote(meter, safe='')}"


def topic_address(topic: str) -> str:
    """The page that teaches Parkwatt a topic."""
    return f"/inbox/topic?{urlencode({'topic': topic})}"


def adopt_address(meter: str) -> str:
    """The page that takes a meter into the park file."""
    return f"/inbox/adopt?{urlencode({'meter': meter})}"

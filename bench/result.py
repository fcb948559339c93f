"""One row of the table."""

from typing import NamedTuple


class Result(NamedTuple):
    """What was measured, what was measured beside it in the same run, and what is aimed at."""

    what: str
    measured: str
    beside: str = ""
    aim: str = ""

"""One colour per carrier and source, the same as on the page."""

from typing import Final

SOURCES: Final = {"grid": "#4C78A8", "pv": "#F2B701", "battery": "#59A14F"}
CARRIERS: Final = {
    "electricity": "#4C78A8",
    "gas": "#F28E2B",
    "steam": "#E15759",
    "heat": "#E15759",
    "cooling": "#76B7B2",
    "water": "#4E9AD6",
    "compressed_air": "#9C89B8",
    "coal": "#7A6A5D",
    "oil": "#A98256",
}
PHASES: Final = {
    "L1": "#F2B701", "L2": "#59A14F", "L3": "#E15759", "L12": "#F2B701", "L23": "#59A14F", "L31": "#E15759",
    "N": "#4E9AD6",
}  # fmt: skip
PLAIN: Final = "#8494A8"
"""Of what is neither a source nor a carrier."""
GOOD, WARNING, ALARM = "#56A64B", "#FF9830", "#E02F44"
"""Only for states."""

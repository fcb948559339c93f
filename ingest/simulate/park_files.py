"""Writes a park as the files that Parkwatt reads: `park.yaml` and `meters.csv`."""

import csv
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from parkwatt.park import Meter, Park
from parkwatt.park.model import ParkFacts

HEADER = """\
Simulated park: every enterprise, contact and figure in it is invented.
Written by Parkwatt; change it as you like, or begin your own with `parkwatt new`.
"""

COLUMNS = (
    "id", "name_en", "name_zh", "enterprise", "carrier", "role", "parent", "domain", "ct", "pt", "register_digits",
    "device", "topic", "wire_id", "mounted", "silent_after", "product_unit",
)  # fmt: skip


def write_park(park: Park, folder: Path) -> Path:
    """Write the park into a folder, which is made if it is missing.

    Returns:
        The park file; the meters are in `meters.csv` beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "meters.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        rows.writeheader()
        rows.writerows(_row(meter) for meter in park.meters)
    document = CommentedMap(
        park=park.model_dump(mode="json", include=set(ParkFacts.model_fields), exclude_none=True),
        enterprises=[e.model_dump(mode="json", exclude_defaults=True) for e in park.enterprises],
        meters="meters.csv",
    )
    document.yaml_set_start_comment(HEADER)
    yaml = YAML()
    yaml.width = 4096
    path = folder / "park.yaml"
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    return path


def _row(meter: Meter) -> dict[str, Any]:
    """A meter's cells; what is as by default stays empty."""
    cells = meter.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
    return cells | {"name_en": meter.name.en, "name_zh": meter.name.zh}

"""Stores with something in them."""

import random
from pathlib import Path

import numpy as np

from parkwatt.quantities import Kind
from parkwatt.readings import Quality, Reading, Rejection, TimeSource
from parkwatt.store import Arrived, Batch, Query, Store
from tests.store.readings import START

HOUR, DAY = 3_600_000, 86_400_000

PARK = """\
park:
  id: test
  name: {en: Test park, zh: 测试园区}
  time_zone: Asia/Shanghai
  grid_region: 广东
enterprises:
  - id: E1
    name: {en: Press shop, zh: 冲压车间}
meters: meters.csv
"""
METERS = """\
id,enterprise,carrier,role,parent
grid,,electricity,supply,
m1,E1,electricity,consumption,grid
m2,E1,electricity,consumption,grid
"""


def write_park(folder: Path) -> Path:
    """A park folder with a table; the park file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "meters.csv").write_text(METERS, encoding="utf-8")
    (folder / "park.yaml").write_text(PARK, encoding="utf-8")
    return folder / "park.yaml"


def life(store: Store, *, days: int = 3, seed: int = 1, every: int = 3) -> None:
    """Some days of three meters, `every` so many hours: every kind and quality, late arrivals, rejections, counts."""
    dice = random.Random(seed)  # noqa: S311 - the same at every run, and no secret
    for day in range(days):
        for hour in range(0, 24, every):
            at = START + day * DAY + hour * HOUR
            readings = [
                reading
                for meter in ("grid", "m1", "m2")
                for reading in (
                    Reading(meter, "active_power", None, dice.uniform(-1e3, 1e3), Kind.GAUGE, at),
                    Reading(meter, "energy_import", None, 1e6 + day * 24 + hour + 0.1, Kind.REGISTER, at),
                    Reading(meter, "voltage", "L1", 230.1, Kind.GAUGE, at, TimeSource.ARRIVAL, Quality.SUSPECT),
                )
            ]
            refused = [Rejection("box/7", f"{hour}".encode(), at, "no device model")] if hour == 12 else []
            store.write(Batch.of(readings, refused, arrived=at + 700, received=4 + len(refused), ignored=1))
    late = [Reading("m1", "active_power", None, 77.0, Kind.GAUGE, START, historical=True)]
    store.write(Batch.of(late, arrived=START + days * DAY, received=1))


def rows(store: Store) -> set[tuple[object, ...]]:
    """Everything that is known of every reading."""
    return {
        (*reading.key, reading.time, reading.value, reading.kind, reading.quality, reading.time_source,
         reading.historical, arrived)
        for piece in store.scan(Query())
        for reading, arrived in piece
    }  # fmt: skip


def pieces_of(rows: Arrived, *, size: int) -> list[Arrived]:
    """Cut into pieces of some size."""
    return [rows.take(np.arange(at, min(at + size, len(rows)))) for at in range(0, len(rows), size)]

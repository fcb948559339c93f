"""A park whose file names every meter that the load generator speaks for."""

from pathlib import Path

from bench.publisher import PREFIX

ENTERPRISES = 24
SUPPLY = "grid"


def write_park(folder: Path, *, meters: int) -> Path:
    """Write the park file and its list of meters; the path of the park file."""
    folder.mkdir(parents=True, exist_ok=True)
    enterprises = "\n".join(f"  - id: E{i:02d}\n    name: {{en: Works {i}, zh: 工厂{i}}}" for i in range(ENTERPRISES))
    park = folder / "park.yaml"
    park.write_text(
        "park:\n  id: bench\n  name: {en: Bench park, zh: 测速园区}\n  time_zone: Asia/Shanghai\n  grid_region: 广东\n"
        f"enterprises:\n{enterprises}\nmeters: meters.csv\n",
        encoding="utf-8",
    )
    rows = ["id,enterprise,carrier,role,parent", f"{SUPPLY},,electricity,supply,"]
    rows += [f"{PREFIX}-{i:05d},E{i % ENTERPRISES:02d},electricity,consumption,{SUPPLY}" for i in range(meters)]
    (folder / "meters.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return park

"""Columns that say the same of the same meter: of their two readings at a time only one would be kept."""

from collections.abc import Iterable

from ingest.tables.mapping import Mapping


def refuse_clashes(mapping: Mapping, known: dict[str, str], in_rows: Iterable[str]) -> None:
    """Every column has readings that no other column has.

    Args:
        mapping: what the columns mean.
        known: ids of meters, by what a table may call them.
        in_rows: what the rows call their meters, where a column names them.

    Raises:
        ValueError: naming two columns, and the way out.
    """
    everyones = mapping.meter.id if mapping.meter is not None else None
    whose = [everyones] if everyones is not None else sorted(in_rows)
    first: dict[tuple[str, str, str | None], str] = {}
    for name, column in mapping.columns.items():
        for called in [column.meter] if column.meter is not None else whose:
            meter = known.get(called, called)
            other = first.setdefault((meter, column.quantity, column.phase), name)
            if other != name:
                phase = f" {column.phase}" if column.phase else ""
                message = (
                    f"the columns {other!r} and {name!r} are both {column.quantity}{phase} of {meter}: one would "
                    "overwrite the other. Leave one out in a mapping; --write-mapping FILE writes one to start from"
                )
                raise ValueError(message)

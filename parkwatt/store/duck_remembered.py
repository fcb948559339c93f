"""What accounting remembers in the embedded store: how far it heard, what rows rest on, what happened."""

from collections.abc import Mapping, Sequence

import duckdb

from parkwatt.readings import Millis
from parkwatt.store.derived import Happened, KeptBill, Restatement, Stretch

_EARLIEST, _LATEST = -(2**62), 2**62
_THIS_BILL = "enterprise IS NOT DISTINCT FROM ? AND month = ? AND time = ?"


def mark(cursor: duckdb.DuckDBPyConnection) -> int:
    """How far accounting has heard."""
    (found,) = cursor.execute("SELECT coalesce(max(mark), 0) FROM accounted").fetchone() or (0,)
    return int(found)


def note_mark(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Keep how far it has heard."""
    cursor.execute("DELETE FROM accounted")
    cursor.execute("INSERT INTO accounted VALUES (?)", [number])


def bases(cursor: duckdb.DuckDBPyConnection) -> dict[tuple[str, Millis], str]:
    """What rows rest on, per meter and month."""
    found = cursor.execute("SELECT meter, start, basis FROM bases").fetchall()
    return {(meter, start): basis for meter, start, basis in found}


def note_bases(cursor: duckdb.DuckDBPyConnection, given: Mapping[tuple[str, Millis], str]) -> None:
    """Keep what rows rest on."""
    keys = [list(key) for key in given]
    cursor.executemany("DELETE FROM bases WHERE meter = ? AND start = ?", keys)
    cursor.executemany("INSERT INTO bases VALUES (?, ?, ?)", [[*key, basis] for key, basis in given.items()])


def happenings(cursor: duckdb.DuckDBPyConnection, start: Millis | None, end: Millis | None) -> list[Happened]:
    """What happened to registers, the newest first."""
    found = cursor.execute(
        "SELECT * FROM happenings WHERE time >= ? AND time < ? ORDER BY time DESC, meter, quantity, kind",
        [_EARLIEST if start is None else start, _LATEST if end is None else end],
    ).fetchall()
    return [Happened(*row) for row in found]


def replace_happenings(
    cursor: duckdb.DuckDBPyConnection, stretches: Mapping[str, Stretch], happened: Sequence[Happened]
) -> None:
    """Put what happened in place of what is there."""
    there = cursor.execute("SELECT DISTINCT meter FROM happenings").fetchall()
    for (meter,) in there:
        if meter in stretches:
            cursor.execute(
                "DELETE FROM happenings WHERE meter = ? AND time >= ? AND time < ?", [meter, *stretches[meter]]
            )
    if happened:
        cursor.executemany("INSERT INTO happenings VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [list(row) for row in happened])


def restatements(cursor: duckdb.DuckDBPyConnection) -> list[Restatement]:
    """Every re-statement, the newest first."""
    found = cursor.execute("SELECT * FROM restatements ORDER BY time DESC, meter, field").fetchall()
    return [Restatement(*row) for row in found]


def note_restatements(cursor: duckdb.DuckDBPyConnection, restated: Sequence[Restatement]) -> None:
    """Keep re-statements."""
    if restated:
        cursor.executemany("INSERT INTO restatements VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [list(row) for row in restated])


def bills(cursor: duckdb.DuckDBPyConnection) -> list[KeptBill]:
    """Every bill of a closed month, the newest first."""
    found = cursor.execute(
        """SELECT enterprise, month, time, author, reason, document <> '', otherwise FROM bills
        ORDER BY time DESC, month DESC, enterprise NULLS FIRST"""
    ).fetchall()
    return [KeptBill(*row) for row in found]


def bill_document(cursor: duckdb.DuckDBPyConnection, bill: KeptBill) -> str:
    """What was put down of a bill."""
    found = cursor.execute(f"SELECT document FROM bills WHERE {_THIS_BILL}", _key(bill)).fetchone()  # noqa: S608 - our own
    return "" if found is None else str(found[0])


def keep_bill(cursor: duckdb.DuckDBPyConnection, bill: KeptBill, document: str) -> None:
    """Keep a bill."""
    cursor.execute(f"DELETE FROM bills WHERE {_THIS_BILL}", _key(bill))  # noqa: S608 - our own
    said = [*_key(bill), bill.author, bill.reason, document, bill.otherwise]
    cursor.execute("INSERT INTO bills VALUES (?, ?, ?, ?, ?, ?, ?)", said)


def _key(bill: KeptBill) -> list[str | Millis | None]:
    return [bill.enterprise, bill.month, bill.time]

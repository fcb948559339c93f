"""The DuckDB schema, as the steps that led to it; each step is its own transaction and runs once per file."""

import duckdb

from parkwatt.store.base import StoreError

STEPS: tuple[str, ...] = (
    # 1: readings are numbers only: names live in `series`, so that a row compresses to a few bytes.
    # `batch` grows with every write: what came after batch n is found without reading what came before.
    """
    CREATE TABLE series (
        id INTEGER PRIMARY KEY, meter VARCHAR NOT NULL, quantity VARCHAR NOT NULL, phase VARCHAR
    );
    CREATE TABLE readings (
        series INTEGER NOT NULL, time BIGINT NOT NULL, value DOUBLE NOT NULL,
        arrived BIGINT NOT NULL, flags UTINYINT NOT NULL, batch BIGINT NOT NULL
    );
    CREATE TABLE newest (
        series INTEGER NOT NULL, time BIGINT NOT NULL, value DOUBLE NOT NULL,
        arrived BIGINT NOT NULL, flags UTINYINT NOT NULL, batch BIGINT NOT NULL
    );
    CREATE TABLE rejections (
        arrived BIGINT NOT NULL, topic VARCHAR NOT NULL, payload BLOB NOT NULL, reason VARCHAR NOT NULL,
        batch BIGINT NOT NULL
    );
    CREATE TABLE totals (
        batch BIGINT NOT NULL, received BIGINT NOT NULL, ignored BIGINT NOT NULL, stored BIGINT NOT NULL,
        duplicate BIGINT NOT NULL, corrected BIGINT NOT NULL, rejected BIGINT NOT NULL
    );
    INSERT INTO totals VALUES (0, 0, 0, 0, 0, 0, 0);
    CREATE VIEW readings_by_name AS
        SELECT meter, quantity, phase, make_timestamp_ms(time) AS time, value, make_timestamp_ms(arrived) AS arrived
        FROM readings JOIN series ON readings.series = series.id;
    """,
    # 2: what accounting derives. The names are in the rows: DuckDB stores each once per block.
    """
    CREATE TABLE consumption (
        meter VARCHAR NOT NULL, start BIGINT NOT NULL, enterprise VARCHAR, carrier VARCHAR NOT NULL,
        amount DOUBLE, kwh DOUBLE, tce DOUBLE, co2_location_kg DOUBLE, co2_market_kg DOUBLE, cost DOUBLE,
        measured_share DOUBLE, estimated_share DOUBLE, factors VARCHAR NOT NULL
    );
    CREATE TABLE limits (enterprise VARCHAR, start BIGINT NOT NULL, contracted_demand_kw DOUBLE NOT NULL);
    """,
    # 3: standard coal by equal value, CO2 by Annex 4. What was removed by which batch, so that accounting hears of it,
    # and what accounting remembers: how far it has heard, what its rows rest on, what happened to registers.
    """
    ALTER TABLE consumption ADD COLUMN tce_equal DOUBLE;
    ALTER TABLE consumption ADD COLUMN co2_annex4_kg DOUBLE;
    CREATE TABLE removals (series INTEGER NOT NULL, time BIGINT NOT NULL, batch BIGINT NOT NULL);
    CREATE TABLE accounted (mark BIGINT NOT NULL);
    CREATE TABLE bases (meter VARCHAR NOT NULL, start BIGINT NOT NULL, basis VARCHAR NOT NULL);
    CREATE TABLE happenings (
        meter VARCHAR NOT NULL, quantity VARCHAR NOT NULL, time BIGINT NOT NULL, kind VARCHAR NOT NULL,
        basis VARCHAR NOT NULL, before DOUBLE NOT NULL, after DOUBLE NOT NULL, used DOUBLE, reason VARCHAR NOT NULL
    );
    CREATE TABLE restatements (
        time BIGINT NOT NULL, period VARCHAR NOT NULL, meter VARCHAR NOT NULL, field VARCHAR NOT NULL,
        before DOUBLE, after DOUBLE, author VARCHAR NOT NULL, reason VARCHAR NOT NULL
    );
    """,
    # 4: what import registers counted, and bills of closed months as they were when they were closed.
    """
    ALTER TABLE consumption ADD COLUMN imported DOUBLE;
    CREATE TABLE bills (
        enterprise VARCHAR, month BIGINT NOT NULL, time BIGINT NOT NULL, author VARCHAR NOT NULL,
        reason VARCHAR NOT NULL, document VARCHAR NOT NULL, otherwise VARCHAR NOT NULL
    );
    """,
)


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring a file to the newest schema.

    Raises:
        StoreError: if the file was written by a newer Parkwatt.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (step INTEGER NOT NULL)")
    (done,) = connection.execute("SELECT coalesce(max(step), 0) FROM migrations").fetchone() or (0,)
    if done > len(STEPS):
        message = f"this store has schema {done}, written by a newer Parkwatt; this one knows up to {len(STEPS)}"
        raise StoreError(message)
    for number, step in enumerate(STEPS[done:], start=done + 1):
        connection.begin()
        connection.execute(step)
        connection.execute("INSERT INTO migrations VALUES (?)", [number])
        connection.commit()

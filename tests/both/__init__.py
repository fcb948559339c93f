"""The same readings in DuckDB and in InfluxDB: whatever is asked, both answer the same."""

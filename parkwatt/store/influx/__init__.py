"""Readings in InfluxDB 1.8, 2.x or 3.x: line protocol in, InfluxQL out."""

"""Grafana: dashboards, data sources and alert rules as code, published through Grafana's HTTP interface or as files."""

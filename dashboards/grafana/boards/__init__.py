"""The dashboards, a file each: what they show, and the questions to InfluxDB behind it."""

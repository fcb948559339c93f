"""The way in: meter message -> readings -> stored -> acknowledged."""

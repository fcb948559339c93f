"""Parkwatt: from meter messages to a live, auditable picture of an industrial park's energy and carbon."""

__version__ = "0.1.0"

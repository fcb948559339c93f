"""Wire formats and device models."""

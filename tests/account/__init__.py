"""Accounting over stores: derived data."""

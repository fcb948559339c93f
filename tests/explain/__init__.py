"""Chains of figures."""

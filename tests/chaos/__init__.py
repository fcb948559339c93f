"""Proof by force: processes are killed at random under load, then every reading is compared."""

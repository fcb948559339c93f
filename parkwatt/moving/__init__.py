"""Readings go from one home to another: copies between stores, backups to a file and back."""

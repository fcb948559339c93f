"""Readings out of files: CSV, Excel and Parquet, long or wide, with the times and numbers of many countries."""

"""Files for people and other programs: CSV, Excel and Parquet with readings, consumption or emissions."""

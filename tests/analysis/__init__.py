"""Any period against any other."""

"""Virtual meters, balances and quality."""

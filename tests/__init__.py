"""What Parkwatt promises, held by tests."""

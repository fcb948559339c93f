"""What devices publish: one file per wire format, as the real devices do it."""

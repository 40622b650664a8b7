"""Schema changes, in order. Run at start of the service."""

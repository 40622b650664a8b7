"""`/v1`: everything the console does, after the Dutch API Design Rules."""

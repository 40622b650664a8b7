"""Builds the list of plain words that may leave the anonymizer, from packages that are needed at build time only."""

"""Alembic scripts of the database of reports to platforms."""

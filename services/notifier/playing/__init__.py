"""Exercises that people play: sessions, participants, the loop that sends injects, and the report."""

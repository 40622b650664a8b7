"""Reports to platforms: triage, route, text, answers. Kept apart, sealed, ended by their own clock."""

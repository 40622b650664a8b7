"""The dossier of one happening: typed entries in a chain, sealed when it leaves, deleted when its term is over."""

"""The operator's pages: rendered here, kept live by one small script. Dutch, B1."""

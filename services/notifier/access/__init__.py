"""Who may see and do what: roles, regions, sign-in, sessions, tokens, rates."""

"""From an alert to its receivers: who gets it, signed how, tried again when."""

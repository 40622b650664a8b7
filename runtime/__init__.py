"""What a service process is, whichever service it is: settings, logs, probes, a clean start and a clean stop."""

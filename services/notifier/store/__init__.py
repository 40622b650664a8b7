"""What is on disk: alerts, their history, deliveries, sources, the live stream's log and the audit log."""

"""Talking to Kafka: settings, topics, batch consumer, acknowledged producer, dead letters, embedded broker."""

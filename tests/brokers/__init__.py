"""Real brokers for tests: the embedded one from a wheel, and Apache Kafka from Maven Central."""

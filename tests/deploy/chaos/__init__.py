"""Kills and disturbances of the whole chain on Apache Kafka: what was lost, and how soon was it back?"""

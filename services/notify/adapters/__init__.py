"""Notify's stores in MongoDB and topics in Kafka."""

"""All of it on one machine without Docker: Kafka, MongoDB, the four services, the supervisor, the command line.

Starts processes and talks HTTP; of our own it imports `services.contracts` only. Everything listens on loopback.
"""

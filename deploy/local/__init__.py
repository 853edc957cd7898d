"""All of Mingshao on one machine without Docker: Kafka, MongoDB, the services, their supervisor, the command line.

Starts processes and talks HTTP; of our own code it imports `services.contracts` alone.
"""

"""How any service runs: partition batches with a ledger, directory, keys, problems, health, logging.

No business words in here: what a record means is the service's.
"""

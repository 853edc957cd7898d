"""routing: judges and assigns. It decides what becomes of every submission and action.

Consumes: tickets, opinions. Produces: cases (one fact for each command, applied or refused), directory.
Owns: the database mingshao_routing (cases, timeline, directory, ledger).
"""

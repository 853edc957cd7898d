"""routing: judges and assigns. It decides what becomes of every submission and action.

Consumes: tickets, opinions, followups, directory, replays.routing. Produces: cases (one fact for each command, applied
or refused), followups (what it tells itself), directory, dead.routing, replays.routing.
Owns: the database mingshao_routing (cases, timeline, directory, ledger).
"""

"""notify: tells departments what they have to do, and keeps the submitters' contacts apart from everything else.

Consumes: cases, contacts. Produces: assignments.<department>, and on contacts tombstones, or the accepted one again.
Owns: the database mingshao_notify (cases, assignments, contacts, erased, looks, ledger).
"""

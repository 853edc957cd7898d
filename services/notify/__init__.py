"""notify: tells departments what they have to do, and keeps the submitters' contacts apart from everything else.

Consumes: cases, contacts. Produces: assignments.<department>, and tombstones on contacts. Owns: the database
mingshao_notify (cases, assignments, contacts, pending_contacts, erased, looks, ledger).
"""

"""notify: tells departments what they have to do, and keeps the submitters' contacts apart from everything else.

Consumes: cases, contacts, directory, replays.notify. Produces: assignments (a topic for each department), contacts
(tombstones, or the accepted one again), dead.notify, replays.notify.
Owns: the database mingshao_notify (cases, assignments, contacts, erased, looks, ledger).
"""

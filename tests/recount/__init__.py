"""An independent recount: a history to push, and what every figure must be when it was counted.

`history` makes a seeded history of HTTP calls (10,000 cases by default): steps `{"kind", "key", "body"}` in sending
order, for intake, the same for the same seed and street. `python -m tests.recount.history FILE` writes one as JSON
lines that `mingshao replay FILE` pushes. `life` is one case as its teller knows it, `lives` has how most of them live,
`detours` what happens to a few in a hundred, `mischief` what else is sent about them.

`recount` reads the log alone (topics tickets and opinions, partition by partition, and of followups what ended by
itself) and the directory's rows, judges each command by DOMAIN.md once more and counts every rate on every basis. It
shares no code with routing or metrics: plain dicts, one loop after another, slow and easy to read. `table` has who
may do what from where, `refusals` and `sense` why not, `moves` and `effects` what then becomes of the `case`,
`policies` what the directory says of it, `followups` what routing owes itself. `points` has what one case puts into
each rate, `figures` what GET /v1/rates must answer and the exact durations behind each speed; `answered` brings an
answer into the same form, and `compare.differences` asks for all of it.
The street is the directory in plain form: {kind: {id: row}}.
"""

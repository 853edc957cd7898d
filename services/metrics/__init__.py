"""Metrics: from facts about cases to published rates. A Faust app; port 8104.

Consumes `cases`; writes `dead.metrics`, `metrics.control`, `alerts`; owns the database `mingshao_metrics`: `cells`,
`alerts`, `ledger`.
"""

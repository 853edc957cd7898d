"""Metrics: from facts about cases to published rates. A Faust app; port 8104.

Consumes: cases, directory, metrics.control, replays.metrics. Produces: rates, alerts, metrics.control, dead.metrics,
replays.metrics. Owns: the database mingshao_metrics (cells, alerts, ledger).
"""

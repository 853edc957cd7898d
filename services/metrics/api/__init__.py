"""HTTP: rates, what stands behind them, alerts, the live stream, sign-in, the pages."""

from . import alerts, board, evidence, live, page, places, rates, receipts, scores, series, session
from .troubles import TROUBLES

__all__ = ["TROUBLES", "routers"]

routers = (
    rates.router,
    series.router,
    scores.router,
    receipts.router,
    evidence.router,
    places.router,
    alerts.router,
    live.router,
    session.router,
    board.router,
    page.router,
)

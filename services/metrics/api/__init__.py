"""HTTP: rates, their definitions and receipts, the live stream, the page."""

from . import live, page, rates, receipts, scores, series

routers = (rates.router, series.router, scores.router, receipts.router, live.router, page.router)

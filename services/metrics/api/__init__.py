"""HTTP: rates, their definitions and receipts, the live stream, the page."""

from . import live, page, rates, receipts, series

routers = (rates.router, series.router, receipts.router, live.router, page.router)

"""HTTP: rates, their definitions and receipts, the live stream, the page."""

from . import live, page, rates, receipts

routers = (rates.router, receipts.router, live.router, page.router)

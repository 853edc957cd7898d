"""HTTP: rates, their definitions, the live stream, the page."""

from . import live, page, rates

routers = (rates.router, live.router, page.router)

"""Routing over HTTP: cases and their outcomes, the dispatcher's queue, the directory and what open cases take of it."""

from . import cases, directory, reclocks

routers = (cases.router, directory.router, reclocks.router)

"""Routing over HTTP: cases and their outcomes, the dispatcher's queue, the directory."""

from . import cases, directory

routers = (cases.router, directory.router)

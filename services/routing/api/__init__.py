"""Routing over HTTP: cases and their outcomes, the dispatcher's queue, the directory and what open cases take of it."""

from . import cases, directory, reclocks
from .directory_change import MAX_BYTES

routers = (cases.router, directory.router, reclocks.router)
BODY_LIMITS = {"/v1/directory": MAX_BYTES}

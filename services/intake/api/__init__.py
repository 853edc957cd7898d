"""Intake over HTTP: submissions and actions, one as JSON or many as NDJSON."""

from . import actions, submissions

routers = (submissions.router, actions.router)

"""Intake over HTTP: submissions and actions, one as JSON or many as NDJSON."""

from . import actions, submissions
from .bodies import MAX_MANY, MAX_ONE

routers = (submissions.router, actions.router)
BODY_LIMITS = {"/v1/tickets": MAX_MANY, "/v1/opinions": MAX_MANY, "/v1/actions": MAX_MANY, "/v1/cases/": MAX_ONE}

"""One table says which role may call what: every endpoint of every service, with every role, and with none."""

import re

import pytest

from services.contracts.access import ACCESS
from tests.e2e.deployment import Deployment

KEYS = ("source:hotline", "department:{department}", "dispatcher", "supervisor", "followup", "dashboard", "admin")
ENDPOINTS = [(service, endpoint) for service, table in ACCESS.items() for endpoint in table]
STREAMS = ("/v1/rates/stream", "/assignments/stream")


@pytest.fixture(scope="package")
def department(deployment: Deployment) -> str:
    rows = deployment.call("GET", "routing", "/v1/directory/department").json()
    return str(sorted(rows)[0]) if "rows" not in rows else str(sorted(rows["rows"])[0])


@pytest.mark.parametrize(("service", "endpoint"), ENDPOINTS, ids=[f"{s} {e}" for s, e in ENDPOINTS])
def test_only_what_the_table_allows_is_let_in(
    deployment: Deployment, department: str, service: str, endpoint: str
) -> None:
    method, template = endpoint.split(" ", 1)
    path = template.replace("{kind}", "category").replace("{department}", department)
    path = re.sub(r"{[^}]*}", "x", path)
    roles = ACCESS[service][endpoint]
    if not roles:
        assert deployment.call(method, service, path, None).status_code not in (401, 403)
        return
    assert deployment.call(method, service, path, None).status_code == 401
    for name in KEYS:
        key = name.format(department=department)
        allowed = key.split(":")[0] in roles
        if allowed and template.endswith(STREAMS):
            continue  # a stream stays open; its own tests read it
        answer = deployment.call(method, service, path, key, content=b"[]")
        code = answer.json().get("code") if answer.status_code in (401, 403) else None
        assert answer.status_code < 500, answer.text
        assert (code == "wrong_role") is not allowed, f"{key}: {answer.status_code} {answer.text}"

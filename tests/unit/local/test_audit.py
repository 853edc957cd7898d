"""An audit says what is known, and never takes silence for good news."""

import json
from typing import Any

from deploy.audit import of_node, of_python

LOCK = "aiokafka==0.14.0 \\\n    --hash=sha256:0\nPyYAML==6.0 \\\n    --hash=sha256:1\n"


def python(*dependencies: dict[str, Any]) -> str:
    return json.dumps({"dependencies": list(dependencies)})


def test_a_package_that_nobody_was_asked_about_is_a_failure() -> None:
    fine: dict[str, Any] = {"name": "aiokafka", "version": "0.14.0", "vulns": []}
    assert of_python(python(fine, {"name": "pyyaml", "version": "6.0", "vulns": []}), LOCK) == []
    (skipped,) = of_python(python(fine, {"name": "pyyaml", "skip_reason": "not found"}), LOCK)
    assert "pyyaml: not asked about" in skipped
    assert of_python(python(fine), LOCK) == ["pyyaml: not in the answer"]
    for silence in ("", "{}", "null", "Service Unavailable"):
        assert of_python(silence, LOCK)


def test_what_is_known_is_told_with_the_version_that_mends_it() -> None:
    flaw = {"id": "GHSA-1", "fix_versions": ["6.1"], "aliases": [], "description": ""}
    fine: dict[str, Any] = {"name": "aiokafka", "version": "0.14.0", "vulns": []}
    found = of_python(python(fine, {"name": "PyYAML", "version": "6.0", "vulns": [flaw]}), LOCK)
    assert found == ["PyYAML 6.0: GHSA-1, mended in 6.1"]


def test_an_npm_that_got_no_answer_is_a_failure() -> None:
    assert of_node(json.dumps({"vulnerabilities": {}, "metadata": {"vulnerabilities": {"total": 0}}})) == []
    known = {"vulnerabilities": {"x": {"severity": "high"}}, "metadata": {"vulnerabilities": {"total": 1}}}
    assert of_node(json.dumps(known)) == ["x: high"]
    for silence in ("", '{"message": "405 Method Not Allowed"}'):
        assert of_node(silence)

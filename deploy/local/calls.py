"""Our own HTTP calls: a key, a bound, and a problem told in words."""

from typing import Any

import httpx

from .errors import LocalError

SECONDS = 30.0


class NoAnswer(LocalError):
    """Nobody listens, or not in time: it may be on its way up again."""


class Refused(LocalError):
    """A service answered, and not with what was asked. `status` is its HTTP status, `told` its problem document."""

    def __init__(self, status: int, zh: str, en: str, told: dict[str, Any] | None = None) -> None:
        super().__init__(zh, en)
        self.status = status
        self.told = told or {}


class Caller:
    """One service's address with one key."""

    def __init__(self, address: str, key: str) -> None:
        self.address = address
        self._client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=SECONDS, trust_env=False
        )

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Any answer. NoAnswer where there is none."""
        try:
            return self._client.request(method, path, **more)
        except httpx.HTTPError as error:
            raise NoAnswer(
                f"{self.address} 没有应答（{type(error).__name__}）。先运行 mingshao up，再用 mingshao status 查看。",
                f"{self.address} does not answer ({type(error).__name__}). Run mingshao up first, then look at "
                "mingshao status.",
            ) from error

    def json(self, method: str, path: str, **more: Any) -> Any:
        """The body of a 2xx answer. Refused with the service's own words for any other."""
        answer = self.request(method, path, **more)
        if not answer.is_success:
            said = problem(answer)
            raise Refused(
                answer.status_code,
                f"{method} {path} 被拒绝（{answer.status_code}）：{said}",
                f"{method} {path} was refused ({answer.status_code}): {said}",
                document(answer),
            )
        return answer.json() if answer.content else None


def problem(answer: httpx.Response) -> str:
    """The detail of a problem document, or the beginning of whatever came."""
    said = document(answer)
    return str(said.get("detail") or said.get("title") or said or answer.text[:200])


def document(answer: httpx.Response) -> dict[str, Any]:
    """The problem document; {} where none came."""
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}

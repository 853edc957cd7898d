"""Query parameters: what a route does not know is refused, and so is one that is given twice.

A misspelt filter that is passed over is an answer to another question. Each route's own signature says what it knows;
nothing is listed a second time.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, get_args, get_origin

from fastapi import Request
from fastapi.routing import APIRoute
from pydantic import BaseModel

from ..problems import Problem

SHOWN, SHOWN_LETTERS = 10, 100
"""Of the wrong ones, so many, and of each name so much."""


class LinkedRoute(APIRoute):
    """A page's: links that people pass on gain parameters on their way, and still are to open."""


async def only_known(request: Request) -> None:
    """Problem 422 that names what is wrong, and what there is."""
    route = request.scope.get("route")
    if request.scope["query_string"] and isinstance(route, APIRoute) and not isinstance(route, LinkedRoute):
        _check(known_to(route), [name for name, _ in request.query_params.multi_items()])


def _check(known: Mapping[str, bool], given: list[str]) -> None:
    wrong: dict[str, str] = {}
    for name, times in Counter(given).items():  # each once: a head has room for thousands of one
        if name not in known:
            wrong[name] = f"no such parameter; there are {', '.join(known)}" if known else "none is taken here"
        elif not known[name] and times > 1:
            wrong[name] = "given more than once; once is enough"
        if len(wrong) == SHOWN:
            break
    if wrong:
        errors = [{"field": f"query.{name[:SHOWN_LETTERS]}", "detail": detail} for name, detail in wrong.items()]
        detail = "; ".join(f"{one['field']}: {one['detail']}" for one in errors)
        raise Problem(422, "invalid_request", detail, field=errors[0]["field"], allowed=list(known), errors=errors)


def known_to(route: APIRoute) -> Mapping[str, bool]:
    """The route's parameters in their order; True of one that may be repeated, as it is a list."""
    return dict(_of(route.dependant))


def _of(dependant: Any) -> Iterator[tuple[str, bool]]:
    for field in dependant.query_params:
        annotation = field.field_info.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            for name, part in annotation.model_fields.items():
                yield part.alias or name, _many(part.annotation)
        else:
            yield field.alias, _many(annotation)
    for child in dependant.dependencies:
        yield from _of(child)


def _many(annotation: Any) -> bool:
    return any(get_origin(one) is list for one in (annotation, *get_args(annotation)))

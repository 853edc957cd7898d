"""What a supervisor is made of: tests have parts of their own."""

from collections.abc import Callable

import httpx
import msgspec

from .. import jars, street
from ..places import Home
from . import plan
from .plan import Member
from .record import Wanted
from .stores import Looks


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Where members come from, how Kafka (`kafka`) and MongoDB (`mongod`) are looked at (None: for real), and what
    publishes keys and street once routing is ready, and whether all have read them."""

    servers: Callable[[Home, Wanted, Looks, jars.Progress], list[Member]] = plan.servers
    services: Callable[[Home, Wanted, httpx.AsyncClient], list[Member]] = plan.services
    looks: Looks | None = None
    seed: street.Seed = street.seed
    keys_known: street.KeysKnown = street.keys_known


REAL = Parts()

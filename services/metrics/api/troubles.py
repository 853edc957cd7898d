"""What errors of ours are over HTTP, wherever a route meets them."""

from services.runtime.problems import Problem, Troubles, unavailable

from ..handlers import Refused
from ..past import EvidenceBehind, TooMany
from ..ports import CellsAway

TROUBLES: Troubles = {
    CellsAway: lambda error: unavailable(str(error)),
    EvidenceBehind: lambda error: unavailable(str(error)),
    TooMany: lambda error: Problem(422, "too_many_cases", str(error), field="from"),
    Refused: lambda error: Problem(422, error.code, str(error), field=error.field, allowed=error.allowed),
}

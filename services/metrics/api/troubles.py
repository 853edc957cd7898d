"""What errors of ours are over HTTP, wherever a route meets them."""

from services.runtime.problems import Problem, Troubles, unavailable

from ..domain.periods import BadPeriod
from ..handlers import Refused
from ..past import EvidenceBehind
from ..ports import CellsAway
from .spreadsheets import TooManyRows

TROUBLES: Troubles = {
    CellsAway: lambda error: unavailable(str(error)),
    EvidenceBehind: lambda error: unavailable(str(error)),
    TooManyRows: lambda error: Problem(422, "too_many_rows", str(error), field="format"),
    BadPeriod: lambda error: Problem(422, "bad_period", str(error), field=error.field),
    Refused: lambda error: Problem(422, error.code, str(error), field=error.field, allowed=error.allowed),
}

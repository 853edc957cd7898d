"""Up to which time the log is counted: what every figure says of itself."""

from datetime import UTC, datetime

from services.runtime.applied_upto import AppliedUpto

from ..domain.watermark import Watermark


class CountedUpto(AppliedUpto):
    """Of the aggregates, or of the evidence behind them."""

    def watermark(self) -> Watermark:
        """Of a question now."""
        return Watermark(asked_at=datetime.now(UTC), counted_up_to=self.time(), records=self.records)

"""What is wrong with what was sent.

Flaw          a field that cannot be
└── Forbidden  a field that this key may not send
"""


class Flaw(ValueError):
    """`code` is stable, `field` a dotted path or None for the whole, the message says what to do."""

    status = 422

    def __init__(self, code: str, field: str | None, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.field = field


class Forbidden(Flaw):
    """It would need a scope that the key does not have."""

    status = 403

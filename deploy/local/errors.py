"""What a person running the command line can be told: what is wrong, and what to do.

LocalError
└── DiedAtStart   a server ended before it was ready
"""


class LocalError(Exception):
    """The message is for people, Chinese first, and says what to do."""


class DiedAtStart(LocalError):
    """A server ended before it was ready; the message has the end of its log."""

"""Which errors mean that a server is away, so that the same may pass later: the client libraries' own, by name.

Every other error is of our own code or of a record that it handles: to try the same again would try for ever.
"""

import asyncio

from aiokafka.errors import (
    CorruptRecordException,
    InvalidTopicError,
    KafkaError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)
from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    EncryptionError,
    InvalidName,
    OperationFailure,
    PyMongoError,
)

_OF_THE_DOCUMENTS = frozenset(
    (
        2,  # BadValue
        9,  # FailedToParse
        14,  # TypeMismatch
        22,  # InvalidBSON
        28,  # PathNotViable
        40,  # ConflictingUpdateOperators
        52,  # DollarPrefixedFieldName
        55,  # InvalidDBRef
        56,  # EmptyFieldName
        57,  # DottedFieldName
        66,  # ImmutableField
        121,  # DocumentValidationFailure
        10334,  # BSONObjectTooLarge
        11000,  # DuplicateKey
        17280,  # KeyTooLong
        17419,  # the document would be too large
        17420,  # the same, by an upsert
    )
)
"""Codes of MongoDB's server that say what is written cannot be, now or later.
https://github.com/mongodb/mongo/blob/master/src/mongo/base/error_codes.yml"""
_CANNOT_BE: tuple[type[Exception], ...] = (
    ConfigurationError,
    EncryptionError,
    InvalidName,
    CorruptRecordException,
    InvalidTopicError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    RecordTooLargeError,
)


class Away(Exception):
    """The base of our own errors that mean a server is away."""


def is_away(error: BaseException) -> bool:
    """Whether to wait and try the same again."""
    if isinstance(error, _CANNOT_BE):
        return False
    if isinstance(error, BulkWriteError):
        return not any(one.get("code") in _OF_THE_DOCUMENTS for one in (error.details or {}).get("writeErrors", ()))
    if isinstance(error, OperationFailure):
        return error.code not in _OF_THE_DOCUMENTS
    return isinstance(error, Away | PyMongoError | KafkaError | OSError | TimeoutError | asyncio.IncompleteReadError)

"""The Faust app: the batch loop as its task, three timers, the control agent. No tables, no web server, no leader.

Its consumer reads `metrics.control` alone, in a group of this instance, so that every instance hears a command; the
batch loop has a consumer and a group of its own.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import faust

from services.contracts.topics import CONTROL

from .control import Control

PING_SECONDS = 60.0
REFRESH_SECONDS = 15.0
LOOK_SECONDS = 2.0
"""How soon it is seen that alerts are due to be judged."""
# Kafka away is said once by our health; Faust's own lines repeat it with a traceback at every try
for _name in ("faust", "mode", __name__):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class TablelessApp(faust.App):
    """Faust makes a folder for tables at its first start; we have none."""

    async def on_first_start(self) -> None:
        """Nothing to prepare."""


def control_app(bootstrap: str, instance: str, control: Control, batches: Callable[[], Awaitable[None]]) -> Any:
    """A new app, to be started once in the running loop. `batches` is awaited inside it as a task."""
    app: Any = TablelessApp(
        f"mingshao.metrics.control.{instance}",
        broker=f"kafka://{bootstrap.replace(',', ';kafka://')}",
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        reply_create_topic=False,
        consumer_auto_offset_reset="latest",
        stream_wait_empty=False,
        broker_session_timeout=10.0,
        broker_heartbeat_interval=2.0,
        broker_request_timeout=20.0,
        producer_linger=0,
        store="memory://",
    )
    topic = app.topic(CONTROL.name, value_type=bytes, value_serializer="raw", key_serializer="raw", partitions=1)

    async def obey(commands: Any) -> None:
        async for command in commands:
            await control.obey(command)

    async def facts() -> None:
        await batches()

    async def ping() -> None:
        await topic.send(value=control.ping())

    async def refresh() -> None:
        await control.refresh()

    async def check_alerts() -> None:
        if command := control.check_alerts():
            await topic.send(value=command)

    app.agent(topic, concurrency=1)(obey)
    app.task(facts)
    app.timer(PING_SECONDS)(ping)
    app.timer(REFRESH_SECONDS)(refresh)
    app.timer(LOOK_SECONDS)(check_alerts)
    return app

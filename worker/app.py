"""The Celery app. It only wakes workers: what there is to do, and who does it, is in the job's row.

So a message that comes twice, late or never does no harm. The first finds the row taken and does nothing,
for the last the sweeper sends another. In particular a job may run for longer than Redis' visibility timeout:
the message that Redis then hands out again finds a row with a living lease.
"""

from __future__ import annotations

from collections.abc import Mapping

from celery import Celery

App = Celery  # for those who may not name celery
QUEUE = "acrisol"
RUN_JOB = "acrisol.run_job"

_VISIBILITY_S = 3600  # after it, the messages of a worker that was killed come again, and do nothing
_CONNECT_S = 2
_SOCKET_S = 30


def build_app(broker_url: str, transport_options: Mapping[str, float] | None = None) -> Celery:
    """A Celery app for this broker, without tasks.

    Args:
        broker_url: For example ``redis://127.0.0.1:6379/0``.
        transport_options: Options of kombu's Redis transport, put over the ones here.
    """
    app = Celery("acrisol", broker=broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_default_queue=QUEUE,
        task_ignore_result=True,
        # Acknowledged at the end and fetched one at a time, so that no message waits behind a long job while
        # another process is idle.
        task_acks_late=True,
        worker_prefetch_multiplier=1,
        broker_transport_options={
            "visibility_timeout": _VISIBILITY_S,
            "socket_connect_timeout": _CONNECT_S,
            "socket_timeout": _SOCKET_S,
            **(transport_options or {}),
        },
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A job does not need the broker while it runs.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
    )
    return app

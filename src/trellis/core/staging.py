"""Files that were read for an import and wait to be written: private, and not kept for long."""

from datetime import timedelta
from typing import Any

from django.db import models

from trellis.core import clock

WAITS = timedelta(days=7)


def expire(staged: type[models.Model]) -> int:
    """Deletes what was read more than seven days ago and never written, bytes and report. Returns how many.

    `staged` has `made_at` and `written_at`. The report of what was written stays, without the bytes.
    """
    rows: Any = staged._default_manager.filter(written_at=None, made_at__lte=clock.now() - WAITS)
    return int(rows.delete()[0])

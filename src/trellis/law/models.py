"""Rights questions: what blocks a subject or the whole programme until both sides close it."""

from django.db import models

from trellis.core.coowned import CoOwned


class RightsQuestion(CoOwned):
    """A blocking question. `about` is an activity, a tranche or the like; None is the whole programme."""

    title = models.CharField(max_length=200)
    text = models.TextField()
    about = models.UUIDField(null=True, db_index=True)
    about_title = models.CharField(max_length=200, blank=True)
    raised_by = models.UUIDField()
    open = models.BooleanField()
    opened_at = models.DateTimeField()
    safeguards = models.TextField(blank=True)

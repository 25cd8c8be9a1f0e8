"""The words of records, so that a search reads an index and not the records."""

from django.db import models


class RecordWords(models.Model):
    """Workspace: the words of one record that stands, each once, with a space before and after; made again when lost.

    The database keeps an index over `words` (`sharing.wording.INDEX`). Words that begin with an underscore are not the
    record's: they say whose it is.
    """

    id = models.BigAutoField(primary_key=True)
    record = models.UUIDField(unique=True)
    words = models.TextField()

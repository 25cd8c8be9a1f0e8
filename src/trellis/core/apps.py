from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "trellis.core"
    label = "core"

    def ready(self) -> None:
        from trellis.core import appendonly

        # SQLite rebuilds a table to alter it and loses its triggers, so they are put back after every migration.
        post_migrate.connect(appendonly.install, dispatch_uid="append-only triggers")

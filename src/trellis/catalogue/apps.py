from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "trellis.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from trellis.catalogue import kinds  # noqa: F401 - registers

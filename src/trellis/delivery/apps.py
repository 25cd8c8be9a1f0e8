from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "trellis.delivery"
    label = "delivery"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.delivery import doors, kinds, loading

        _ = kinds  # registers
        ports.navigation.add(doors.navigation)
        ports.programme_steps.add(doors.programme_steps)
        ports.work_items.add(doors.work_items)
        ports.pack_sections.add(doors.pack_section)
        ports.importers["score"] = loading.IMPORTER

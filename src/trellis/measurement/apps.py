from django.apps import AppConfig


class MeasurementConfig(AppConfig):
    name = "trellis.measurement"
    label = "measurement"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.measurement import doors, figures, figures_joins, kinds, table

        _ = kinds, figures, figures_joins  # register
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.programme_steps.add(doors.programme_steps)
        ports.pack_sections.add(doors.pack_section)
        ports.importers["readings"] = table.IMPORTER

from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "trellis.planning"
    label = "planning"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.planning import doors, kinds, table

        _ = kinds  # registers
        ports.navigation.add(doors.navigation)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.programme_steps.add(doors.programme_steps)
        ports.pack_sections.add(doors.pack_section)
        ports.importers["activities"] = table.IMPORTER

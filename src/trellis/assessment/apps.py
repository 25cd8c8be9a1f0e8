from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "trellis.assessment"
    label = "assessment"

    def ready(self) -> None:
        from trellis.assessment import doors, kinds, library
        from trellis.core import ports

        _ = kinds  # registers
        ports.navigation.add(doors.navigation)
        ports.work_items.add(doors.work_items)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.programme_steps.add(doors.programme_steps)
        ports.pack_sections.add(doors.pack_section)
        ports.importers["framework"] = library.IMPORTER

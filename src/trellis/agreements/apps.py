from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "trellis.agreements"
    label = "agreements"

    def ready(self) -> None:
        from trellis.agreements import doors, kinds  # noqa: F401 - registers
        from trellis.core import ports

        ports.navigation.add(doors.navigation)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.programme_steps.add(doors.steps)
        ports.work_items.add(doors.work_items)
        ports.pack_sections.add(doors.pack_section)

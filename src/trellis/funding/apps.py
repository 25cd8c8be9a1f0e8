from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "trellis.funding"
    label = "funding"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.funding import doors, kinds, selectors  # noqa: F401 - registers

        ports.navigation.add(doors.navigation)
        ports.donors_in_force.add(selectors.donors_in_force)
        ports.stage_conditions.add(doors.stage_conditions)
        ports.programme_steps.add(doors.steps)
        ports.work_items.add(doors.work_items)
        ports.pack_sections.add(doors.pack_section)

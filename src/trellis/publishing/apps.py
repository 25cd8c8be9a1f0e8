from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "trellis.publishing"
    label = "publishing"

    def ready(self) -> None:
        from trellis.core import ports
        from trellis.publishing import doors, kinds  # noqa: F401 - registers

        ports.navigation.add(doors.navigation)
        ports.programme_steps.add(doors.steps)
        ports.work_items.add(doors.work_items)
        ports.review_links.add(doors.review_links)

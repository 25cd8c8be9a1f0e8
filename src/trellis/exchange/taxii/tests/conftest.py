"""The region of the TAXII tests."""

import pytest

from tests.world import World
from trellis.exchange.taxii.tests.scene import Scene
from trellis.exchange.taxii.tests.scene import scene as build


@pytest.fixture
def scene(world: World) -> Scene:
    """See scene.py."""
    return build(world)

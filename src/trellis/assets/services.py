"""Writes of assets; pages, API and commands enter here."""

from trellis.assets.authorising import authorisation_give as authorisation_give
from trellis.assets.authorising import authorisation_withdraw as authorisation_withdraw
from trellis.assets.findings import finding_correct as finding_correct
from trellis.assets.findings import finding_fix as finding_fix
from trellis.assets.findings import finding_record as finding_record
from trellis.assets.findings import finding_retract as finding_retract
from trellis.assets.loading import findings_import as findings_import
from trellis.assets.sharing_figures import figures_share as figures_share
from trellis.assets.testing import begin_conditions as begin_conditions
from trellis.assets.testing import test_begin as test_begin
from trellis.assets.testing import test_correct as test_correct
from trellis.assets.testing import test_end as test_end
from trellis.assets.testing import test_record as test_record
from trellis.assets.testing import test_reported as test_reported
from trellis.assets.testing import test_retract as test_retract

"""Writes of the regional area; pages, API and commands enter here."""

from trellis.regional.assistance import arrival_record as arrival_record
from trellis.regional.assistance import move_correct as move_correct
from trellis.regional.assistance import offer_accept as offer_accept
from trellis.regional.assistance import offer_decline as offer_decline
from trellis.regional.assistance import offer_make as offer_make
from trellis.regional.assistance import offer_withdraw as offer_withdraw
from trellis.regional.assistance import request_close as request_close
from trellis.regional.assistance import request_correct as request_correct
from trellis.regional.assistance import request_decline as request_decline
from trellis.regional.assistance import request_make as request_make
from trellis.regional.directory import cert_correct as cert_correct
from trellis.regional.directory import cert_record as cert_record
from trellis.regional.directory import contact_correct as contact_correct
from trellis.regional.directory import contact_record as contact_record
from trellis.regional.directory import contact_retract as contact_retract
from trellis.regional.directory import contact_verify as contact_verify
from trellis.regional.loading import contacts_import as contacts_import
from trellis.regional.sharing_figures import figures_share as figures_share

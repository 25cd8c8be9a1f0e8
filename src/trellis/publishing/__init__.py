"""What leaves the room: the public site, IATI, OCDS, open data, reports and printed papers."""

"""The TAXII 2.1 server: plain views over the doors of the exchange (docs/taxii.md)."""

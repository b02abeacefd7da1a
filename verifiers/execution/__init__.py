"""Running tests: the judge, the guest, and the wire between them."""

"""Domain types, sandboxes, test execution, scanners, policy and receipts."""

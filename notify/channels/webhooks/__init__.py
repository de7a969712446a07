"""Other systems, told of every change by a signed request to an address of theirs (Standard Webhooks)."""

"""How words travel. A channel knows nothing of alerts' tables, subscribers or the ledger."""

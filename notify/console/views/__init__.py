"""The console's pages: each loads, calls a service, answers."""

"""The residents' pages, a module for each kind."""

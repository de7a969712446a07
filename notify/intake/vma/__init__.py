"""VMA, the warnings that Sveriges Radio carries for all of Sweden, fetched for the editors."""

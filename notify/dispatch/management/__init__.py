"""Commands of the dispatch app."""

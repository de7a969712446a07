"""Commands of the residents app."""

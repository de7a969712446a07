"""Feeds in several formats: an entry for each update, for all, per area, per service."""

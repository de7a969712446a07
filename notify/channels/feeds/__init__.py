"""RSS and Atom feeds: an entry for each update, for all, per area, per service."""

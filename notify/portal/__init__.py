"""The residents' pages: what is disrupted, its story, and getting an SMS."""

"""What the residents' templates can say."""

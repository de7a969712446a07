"""What other systems tell us: CAP 1.2 that is posted, and the warnings that we fetch."""

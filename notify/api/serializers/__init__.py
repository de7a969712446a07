"""What is read and written over the API, and how it looks in JSON."""

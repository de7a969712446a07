"""Reads: a static file, the shipped nginx, the application alone and the usual way, side by side."""

"""Listens to what channels announce."""

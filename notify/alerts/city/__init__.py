"""A city's own areas, services and templates: read from a folder, checked, and loaded."""

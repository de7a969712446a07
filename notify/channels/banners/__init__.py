"""Banners on other sites' pages: the document they read, and the script that shows it."""

"""Notify: alerts about disrupted public services, carried to phones, feeds and banners."""

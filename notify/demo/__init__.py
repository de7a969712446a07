"""Trying Notify on one machine: every real part as a process of its own, and a story told with them."""

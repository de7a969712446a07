"""Reads that are the same for everybody: rendered once per change, then answered as bytes.

A view says with ``policy.keep`` that its answers may be kept. ``config/reads.py`` answers from here
before any other middleware is asked. Each document is kept whole, with the headers that all of the
middleware gave it, under the generation of its topic (``generation``); the worker that a change
wakes renders again what was asked for lately (``renewal``). Redis holds the bytes, and the database
remains the truth: without Redis each answer is rendered as it is asked for.
"""

"""CAP 1.2 (OASIS, 1 July 2010): each update as a document with an address of its own, for ever."""

"""The places of the demo, by their codes in Borås's data."""

MUNICIPALITY, ASPERED, FRISTAD = "1490", "1490TB121", "1490TB108"

WISHES = ([ASPERED], [ASPERED, FRISTAD], [MUNICIPALITY], [FRISTAD])
"""What residents want to know about, dealt out in turn: the last of four is not concerned."""

CONCERNED = frozenset({MUNICIPALITY, ASPERED})
"""Who asked for one of these is told of an alert in Äspered."""

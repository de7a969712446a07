"""The fan-out: the only room that joins alerts, residents and channels."""

"""The door for other systems: alerts to read for everyone, to publish with a key."""

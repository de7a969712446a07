"""Hubs that tell feed readers at once (W3C WebSub): told of every feed that an update changes."""

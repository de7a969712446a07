"""What happened: services, areas, alerts and their published updates."""

"""A door for agents that nobody wants to change: it stands between them and their provider, on this machine."""

"""What failed in earlier sessions and what then worked: mined from logs without a model, for agents to read."""

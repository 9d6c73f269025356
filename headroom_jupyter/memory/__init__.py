"""What one agent or notebook learned, kept for the next one: records, their index, and the ways in and out."""

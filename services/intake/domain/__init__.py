"""What comes in: bodies, limits, times, masking. Pure."""

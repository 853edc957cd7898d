"""The reference street: its directory as YAML, and what made its grids. Synthetic: no real place, nobody."""

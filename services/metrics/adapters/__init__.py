"""MongoDB, its change stream and the directory, behind metrics' ports."""

"""How fast it is, beside the limit of the machine and beside its peers: `make bench`."""

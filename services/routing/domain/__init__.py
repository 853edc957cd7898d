"""The life of a case: one table of moves, `decide` and `evolve`. Pure."""

"""The command line: what a person types. Chinese first, English beside it."""

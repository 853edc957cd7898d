"""Reference data is checked whole, as it would stand after a change, before anything of it is published."""

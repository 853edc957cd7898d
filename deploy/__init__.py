"""How Mingshao is deployed: on one machine (`local`), in containers, the reference street."""

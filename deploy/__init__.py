"""How Mingshao is run: on one machine (`local`), in containers, with the reference street's directory (`street`)."""

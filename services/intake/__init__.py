"""intake: takes what people say and what is done about it, masked and identified, onto the log.

Consumes: directory. Produces: tickets, opinions, contacts. Owns: nothing; it is stateless.
"""

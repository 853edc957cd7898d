"""时限: due times and what follows where one nears or passes, as functions of events, policies and calendar. Pure."""

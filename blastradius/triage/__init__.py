"""From a leak listing to who is named in it, what kinds of files those are, and observations."""

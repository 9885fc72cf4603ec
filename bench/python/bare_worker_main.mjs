// Does nothing, and so ends.

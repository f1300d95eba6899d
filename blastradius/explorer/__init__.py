"""Results -> one interactive HTML page that needs no network."""

"""What a graph means: parties, datasets, the edges between them, and incidents."""

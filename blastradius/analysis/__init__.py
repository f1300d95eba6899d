"""Questions and answers: from graph and incident to numbers that can be defended."""

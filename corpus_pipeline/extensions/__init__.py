"""Steps of the user's own: found, carried to the workers, and called."""

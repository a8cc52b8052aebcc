"""A fastText model, or scores that the input has, as a measure; cuts by value, share and bin."""

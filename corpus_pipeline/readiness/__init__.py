"""What can be known before a run: whether a configuration will work, and a first one for files."""

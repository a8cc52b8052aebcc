"""How the operators of each peer are expressed here, one module for each peer."""

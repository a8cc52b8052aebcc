"""What a run will do, before it does it: units, identity, resources, sizes, costs."""

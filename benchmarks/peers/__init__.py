"""The peers: the same training with different libraries, one file each, started as modules."""

"""The contenders: the same training with different libraries, one file each, started as modules."""

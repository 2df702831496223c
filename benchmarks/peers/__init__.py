"""The contenders: the same training, each in the words of its own library. One file each, started as a module."""

"""One way to train, evaluate and look at data, for the command line and the interface alike."""

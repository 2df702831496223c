"""Sweeps: many trainings of one config whose fields vary, as trials of an Optuna study that several processes share."""

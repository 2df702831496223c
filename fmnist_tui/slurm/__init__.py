"""Runs and workers of sweeps as SLURM jobs."""

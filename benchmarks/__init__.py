"""Speed and accuracy, measured by hand: `python -m benchmarks table`."""

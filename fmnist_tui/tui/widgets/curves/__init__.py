"""The parts of a curve plot: what is in view, the scale, the dots, and the lines of text made of them."""

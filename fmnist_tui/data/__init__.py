"""The images of a dataset: from files on disk to verified tensors and batches.

The modules that find, download and verify files do not import torch, so they can report before it is loaded.
"""

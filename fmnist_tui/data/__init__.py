"""The images: from files on disk, or drawn by the program, to verified tensors.

Nothing here imports torch but `dataset` and `demo`: what is on disk can be told before the engine is loaded.
"""

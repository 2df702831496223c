"""Garbage collection while the compute engine imports large libraries."""

import subprocess
import sys

IN_A_FRESH_PROCESS = """
import gc
from fmnist_tui.engine.compute_engine import ComputeEngine
{break_it}
engine = ComputeEngine()
loaded = engine.load()
print("meanwhile", gc.isenabled())
error = loaded.exception()
print("after", gc.isenabled(), gc.get_freeze_count() > 0, type(error).__name__)
assert engine.close()
"""


def output_of_a_fresh_process(break_it: str = "") -> list[str]:
    code = IN_A_FRESH_PROCESS.format(break_it=break_it)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    assert not done.stderr  # nor does any library complain at the end
    return done.stdout.splitlines()


def test_garbage_collection_is_off_while_the_engine_loads_and_its_imports_are_frozen() -> None:
    assert output_of_a_fresh_process() == ["meanwhile False", "after True True NoneType"]


def test_an_engine_that_does_not_load_leaves_garbage_collection_on() -> None:
    lines = output_of_a_fresh_process("import sys; sys.modules['torch'] = None")
    assert lines == ["meanwhile False", "after True True ModuleNotFoundError"]


def test_the_imports_of_a_model_are_frozen_too() -> None:
    code = """
import gc
from fmnist_tui.config import RunConfig
from fmnist_tui.engine.compute_engine import ComputeEngine

engine = ComputeEngine()
engine.load().result()
before = gc.get_freeze_count()
resnet = RunConfig.from_preset("fast", "resnet").model
engine.summarize(resnet).result()
after = gc.get_freeze_count()
engine.summarize(resnet).result()
print(after - before > 10_000, gc.get_freeze_count() <= after, gc.isenabled())
assert engine.close()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=100)
    assert done.stdout.split() == ["True", "True", "True"]

"""Trains a preset and tries the network on the test images after each epoch; prints what each epoch took."""

import json
import sys
import time

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import load_dataset
from fmnist_tui.models.summary import summarize
from fmnist_tui.training.allocator import keep_freed_memory
from fmnist_tui.training.autotune import autotune
from fmnist_tui.training.denormals import denormals_flushed
from fmnist_tui.training.determinism import prepare_process
from fmnist_tui.training.inference import all_logits
from fmnist_tui.training.trainer import Trainer


@denormals_flushed()
def trace(model: str, preset: str, seed: int) -> dict[str, object]:
    """Return seconds (autotuning and validation included) and test accuracy of each epoch, and the FLOP an epoch."""
    config = RunConfig.from_preset(preset, model).model_copy(update={"seed": seed, "device": "cpu"})
    dataset = load_dataset(config)
    keep_freed_memory()
    began = time.perf_counter()
    chosen = autotune(config, config.epochs * config.steps_per_epoch(len(dataset.train)))
    assert chosen is not None
    prepare_process(config, chosen.plan)
    trainer = Trainer(config, dataset, chosen.plan)
    seconds, accuracies = [], []
    for _epoch in range(config.epochs):
        for _step in trainer.train_epoch():
            pass
        trainer.take_window()
        trainer.validate(lambda: True)
        seconds.append(time.perf_counter() - began)
        logits = all_logits(trainer.train_step.network, dataset.test.images, chosen.plan, config)
        assert logits is not None
        accuracies.append(float((logits.argmax(1) == dataset.test.labels).float().mean()))
        trainer.next_epoch()
        began = time.perf_counter()
    flops = summarize(config.model).flops
    return {
        "epoch_seconds": seconds,
        "epoch_accuracies": accuracies,
        "images_per_epoch": len(dataset.train),
        "flops": flops,
        "how": str(chosen.plan),
    }


if __name__ == "__main__":
    print(json.dumps(trace(sys.argv[1], sys.argv[2], int(sys.argv[3]))), flush=True)

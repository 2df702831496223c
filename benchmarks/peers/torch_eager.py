"""A plain torch script written for speed: tensors in memory, fused Adam, nothing read back in a step.

Variant "channels-last" keeps images and weights in the layout that convolutions on a CPU prefer.
"""

import torch
from torch.nn import functional

from benchmarks.peers.task import EpochClock, Outcome, Task, run_task
from benchmarks.peers.torch_networks import build, classes_by, tensors

LAYOUTS = {"": torch.contiguous_format, "channels-last": torch.channels_last}


def train(task: Task) -> Outcome:
    """Train with as little as possible around the network."""
    torch.set_num_threads(task.threads)
    layout = LAYOUTS[task.variant]
    images, labels = tensors(task)
    network = build(task.workload).to(memory_format=layout)
    images = images.to(memory_format=layout)
    optimizer = torch.optim.Adam(
        network.parameters(), lr=task.learning_rate, weight_decay=task.weight_decay, fused=True
    )
    network.train()
    clock = EpochClock()
    clock.start()
    for _epoch in range(task.epochs):
        total = torch.zeros(())
        for indices in torch.split(torch.randperm(len(labels)), task.batch_size):
            optimizer.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(network(images[indices]), labels[indices])
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            total += loss.detach()
        clock.epoch_ended()
    return Outcome(clock.seconds, len(labels), lambda: task.images.accuracy(classes_by(network)))


if __name__ == "__main__":
    run_task(train)

"""Joins the processes that a launcher such as torchrun started, and runs those that don't lead."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from fmnist_tui.config import RunConfig
from fmnist_tui.data.dataset import Dataset, load_dataset
from fmnist_tui.engine.run_failure import failure_reason
from fmnist_tui.errors import UserError
from fmnist_tui.training.agreed_control import AgreedControl
from fmnist_tui.training.collective import PeerLostError
from fmnist_tui.training.control import Control
from fmnist_tui.training.follower import follow
from fmnist_tui.training.launch import Launch
from fmnist_tui.training.process_group import ProcessGroup

logger = logging.getLogger(__name__)


@contextmanager
def joined(launch: Launch, control: Control) -> Iterator[tuple[ProcessGroup, AgreedControl]]:
    """Within this, be one of the processes that train a network together.

    Args:
        launch: The place of this process.
        control: The requests to this process.

    Raises:
        UserError: The processes can't reach each other.
    """
    agreed = AgreedControl(control)
    group = ProcessGroup(launch, agreed)
    try:
        yield group, agreed
    finally:
        group.close()


def run_follower(launch: Launch, control: Control) -> bool:
    """Train what the leader trains until it ends; return whether the training ended as it should.

    Nothing is printed: the leader reports what went wrong here.
    """
    agreed = AgreedControl(control)
    try:
        group = ProcessGroup(launch, agreed)
    except UserError:  # the leader can't reach this process, either
        logger.exception("process %s can't reach the others", launch.rank)
        return False
    config: RunConfig | None = None

    def load_images(wanted: RunConfig) -> Dataset:
        nonlocal config
        config = wanted
        return load_dataset(wanted, should_stop=control.should_end)

    problem = ""
    try:
        follow(group, agreed, load_images)
    except PeerLostError:
        return False
    except UserError:
        return False  # all processes have raised it
    except Exception as error:  # noqa: BLE001 - reported by the leader, and logged if it looks like a bug
        problem = failure_reason(error, config) if config else f"{type(error).__name__}: {error}"
    finally:
        group.close(problem)
    return not problem

"""Which actions of the Train view apply: with the form, with the run that is shown, with what is offered."""

from dataclasses import dataclass
from typing import Literal

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.controller import RunController
from fmnist_tui.runs.folder import RunFolder
from fmnist_tui.tui.widgets.start_offer import Offer, OfferKind

Page = Literal["form", "live"]


@dataclass(frozen=True, slots=True)
class TrainActions:
    """What can be done in one state of the Train view.

    Attributes:
        controller: Has the run that is shown.
        page: The page that is shown.
        offer: What is offered above the form; None if nothing is.
    """

    controller: RunController
    page: Page
    offer: Offer | None

    def availability(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return what Textual's `check_action` does: None for a key that is shown as disabled, False to hide it.

        True is returned for actions that are not the view's own, too.
        """
        match action, parameters:
            case "dismiss_offer", _:
                return self.page == "form" and self.offer is not None
            case "show", ("live",):
                return self.page == "form" and self.controller.snapshot is not None
            case "show", ("form",):
                return self.page == "live"
            case (("undo" | "redo" | "repeat"), _):
                return self.page == "form"
            case "new", _:
                return self.page == "live" and self.controller.can_start
        return self._of_the_run(action) and self._elsewhere(action)

    def _of_the_run(self, action: str) -> bool | None:
        """Return whether an action applies, if it is one with the run of this process or the one that is shown."""
        controller, is_live_page = self.controller, self.page == "live"
        match action:
            case "start":
                return controller.can_start or None
            case "resume":
                return self.resumable is not None
            case "pause":
                return controller.can_pause or (None if controller.is_live and not controller.can_unpause else False)
            case "unpause":
                return controller.can_unpause
            case "stop":
                return controller.can_stop or (None if controller.is_live else False)
            case "learning":
                return is_live_page and controller.can_show_learning
            case "replay":
                return is_live_page and controller.can_show_learning and controller.can_start
            case "apply":
                return is_live_page and self.advised is not None
        return True

    def _elsewhere(self, action: str) -> bool | None:
        """Return whether an action applies, if it is one with runs of other processes."""
        controller, is_form = self.controller, self.page == "form"
        match action:
            case "watch":
                return self.offered(OfferKind.WATCH) is not None
            case "background":
                return is_form and controller.can_start
            case "move_to_background":
                return controller.can_move or (None if controller.is_active else False)
            case "queue":
                return is_form and self.offered(OfferKind.QUEUE) is None
            case "open_queue":
                return not is_form or self.offered(OfferKind.QUEUE) is not None
        return True

    def offered(self, kind: OfferKind) -> Offer | None:
        """Return what is offered above the form, if the form is shown and the offer is of that kind."""
        offer = self.offer if self.page == "form" else None
        return offer if offer is not None and offer.kind is kind else None

    @property
    def resumable(self) -> RunFolder | None:
        """The folder of the stopped run that is shown, or of the crashed one that is offered."""
        if self.page == "live":
            return self.controller.folder if self.controller.can_resume else None
        offer = self.offered(OfferKind.RESUME)
        return offer.run.folder if offer is not None and offer.run is not None else None

    @property
    def advised(self) -> RunConfig | None:
        """The run's config with the fix for its first finding; None if there is none."""
        snapshot, config = self.controller.snapshot, self.controller.config
        if snapshot is None or config is None or not snapshot.findings:
            return None
        return snapshot.findings[0].applied_to(config)

"""The Train view: choose a model, set its hyperparameters, watch it train."""

from contextlib import suppress

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import OptionList

from fmnist_tui.config import RunConfig
from fmnist_tui.engine.controller import RunController
from fmnist_tui.engine.protocol import Engine
from fmnist_tui.errors import UserError
from fmnist_tui.interface_options import ReplayOptions
from fmnist_tui.runs.labels import RunLabels, readable_labels
from fmnist_tui.runs.snapshot import RunSnapshot
from fmnist_tui.tui.bindings import bindings
from fmnist_tui.tui.config_draft import Draft
from fmnist_tui.tui.messages import (
    BackgroundRequested,
    CommandRequested,
    ConfigChosen,
    FirstViewReady,
    FormEdited,
    OfferDismissed,
    ResumeRequested,
    WatchRequested,
)
from fmnist_tui.tui.screens.next_run_labels import NextRunLabels
from fmnist_tui.tui.screens.next_run_preview import NextRunPreview
from fmnist_tui.tui.screens.next_run_start import NextRunStart
from fmnist_tui.tui.screens.run_organizer import RunOrganizer
from fmnist_tui.tui.screens.train_actions import Page, TrainActions
from fmnist_tui.tui.screens.view_screen import ViewScreen
from fmnist_tui.tui.widgets.config_form import ConfigForm
from fmnist_tui.tui.widgets.cost_line import CostLine
from fmnist_tui.tui.widgets.dashboard import Dashboard
from fmnist_tui.tui.widgets.help_strip import HelpStrip
from fmnist_tui.tui.widgets.log_view import LogView
from fmnist_tui.tui.widgets.model_list import ModelList
from fmnist_tui.tui.widgets.model_preview import ModelPreview
from fmnist_tui.tui.widgets.run_config import RunConfigPanel
from fmnist_tui.tui.widgets.run_status_line import source_text
from fmnist_tui.tui.widgets.start_offer import Offer, OfferKind, StartOffer


class TrainScreen(ViewScreen):
    """Form and preview of the next run on one page; on the other, the live run and its config."""

    HELP = (
        "Choose a model, change its hyperparameters, and start a run. While it trains, its curves and figures are "
        "shown."
    )

    VIEW = "train"

    BINDINGS = bindings("train")

    page: reactive[Page] = reactive("form")

    def __init__(self, engine: Engine, controller: RunController, config: RunConfig) -> None:
        super().__init__()
        self._controller = controller
        self._preview = NextRunPreview(self, engine)
        self._config = config
        self._next_labels = NextRunLabels(self)
        self._next_start = NextRunStart(self, engine, self._next_labels, self._refused)
        self._organizer = RunOrganizer(self, self._relabeled)
        self._focused_in_form: Widget | None = None

    def compose_view(self) -> ComposeResult:
        yield StartOffer()
        yield ModelList(self._config.model_name)
        with Horizontal(id="train-body"):
            yield ConfigForm(Draft.of(self._config))
            yield ModelPreview()
            yield Dashboard()
            yield RunConfigPanel()
        yield CostLine()
        yield HelpStrip()

    def on_mount(self) -> None:
        self.watch(self.app, "snapshot", self._run_changed, init=False)
        self.query_one(HelpStrip).show_models()
        self.query_one(ModelPreview).show_placeholder("The summary is shown\nwhen the engine is loaded.")
        # The first refresh happens before the first frame, so slow work waits for the second.
        self.call_after_refresh(self.call_after_refresh, self._after_first_frame)

    async def _after_first_frame(self) -> None:
        await self.form.mount_fields()
        self.call_after_refresh(self._after_second_frame)

    async def _after_second_frame(self) -> None:
        await self.query_one(Dashboard).mount_fields()
        await self.query_one(RunConfigPanel).mount_fields()
        self.snapshot_changed(None, self._controller.snapshot)
        self.post_message(FirstViewReady())
        # After the request to load the engine, whose status is shown as soon as it is loaded.
        self.call_after_refresh(self._preview.show, self.form.draft)

    @property
    def config(self) -> RunConfig:
        """The config in the form; the first one while the form is invalid."""
        try:
            return self.form.draft.config()
        except UserError:
            return self._config

    @property
    def form(self) -> ConfigForm:
        return self.query_one(ConfigForm)

    async def show_config(self, config: RunConfig) -> None:
        """Fill the form."""
        await self.form.show(Draft.of(config))
        self.action_new()

    def show_run(self) -> None:
        """Show the run instead of the form."""
        self.page = "live"
        self.show_offer(None)

    # Drawing

    def snapshot_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        config = self._controller.config
        if self.page == "live" and snapshot is not None and config is not None:
            source = source_text(self._controller.source, snapshot, can_resume=self._controller.can_resume)
            self.query_one(Dashboard).show(snapshot, config, source, self._controller.labels.name)
            self.query_one(RunConfigPanel).show(snapshot.started.config if snapshot.started else config)
            if before is not None and before.findings != snapshot.findings:
                self.refresh_bindings()

    def watch_page(self, page: str) -> None:
        self.set_class(page == "live", "-live")
        self._focus_what_shows(page)
        self.snapshot_changed(None, self._controller.snapshot)
        self.refresh_bindings()

    def _focus_what_shows(self, page: str) -> None:
        """Move the focus out of what is hidden: a field there would take keys as text."""
        if page == "live":
            self._focused_in_form = self.focused
            self._focus_log()
        else:
            before = self._focused_in_form
            self.set_focus(before if before is not None and before.is_attached else self.query_one(ModelList))

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        if self.page == "live" and self.focused is None and not event.widget.is_on_screen:
            self._focus_log()  # the terminal became narrow, which hid the config

    def _focus_log(self) -> None:
        for log in self.query(LogView):  # mounted after the first frame
            self.set_focus(log)

    def on_screen_resume(self) -> None:
        self.snapshot_changed(None, self._controller.snapshot)
        self.refresh_bindings()

    @on(events.DescendantFocus)
    def _explain(self) -> None:
        """Show help on the focused widget."""
        strip, focused = self.query_one(HelpStrip), self.focused
        row = self.form.row_of(focused)
        if row is not None:
            strip.show_field(row, self.form.draft)
        elif focused is not None and focused.id == "preset":
            strip.show_preset(self.form.draft)
        else:
            strip.show_models()

    # Actions

    @property
    def _actions(self) -> TrainActions:
        return TrainActions(self._controller, self.page, self.query_one(StartOffer).offered)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._actions.availability(action, parameters) and super().check_action(action, parameters)

    def action_start(self) -> None:
        self._next_start.here()

    def action_resume(self) -> None:
        folder = self._actions.resumable
        if folder is not None:
            self.post_message(ResumeRequested(folder))

    def show_offer(self, offer: Offer | None) -> None:
        """Offer something above the form; None to end the offer."""
        self.query_one(StartOffer).offer(offer)
        self.refresh_bindings()

    def action_dismiss_offer(self) -> None:
        offer = self._actions.offered(OfferKind.RESUME)
        if offer is not None and offer.run is not None:
            self.post_message(OfferDismissed(offer.run.run))
        self.show_offer(None)

    def action_watch(self) -> None:
        offer = self._actions.offered(OfferKind.WATCH)
        if offer is not None and offer.run is not None:
            self.post_message(WatchRequested(offer.run.folder))

    def action_background(self) -> None:
        self._next_start.in_background()

    def action_move_to_background(self) -> None:
        self.post_message(BackgroundRequested(None))

    def action_queue(self) -> None:
        self._next_start.in_queue()

    @work(exclusive=True, group="repeat")
    async def action_repeat(self) -> None:
        await self._next_start.with_several_seeds()

    async def action_open_queue(self) -> None:
        await self.run_action("app.queue")

    def action_pause(self) -> None:
        self._controller.pause()

    def action_unpause(self) -> None:
        self._controller.unpause()

    def action_stop(self) -> None:
        self._controller.stop()

    def action_show(self, page: Page) -> None:
        self.page = page

    def action_new(self) -> None:
        self.page = "form"
        self.form.action_first()

    @work
    async def action_labels(self) -> None:
        """Edit the labels of the run that is shown, or of the next one."""
        folder = self._controller.folder
        if self.page == "live" and folder is None:
            self.app.bell()  # a run that is starting has none yet
        elif self.page == "live" and folder is not None:
            await self._organizer.edit(folder)
        else:
            await self._next_labels.edit()

    def keep_labels(self, labels: RunLabels) -> None:
        """Let the next run have the labels that no run was given."""
        self._next_labels.put_back(labels)

    def _relabeled(self, run: str) -> None:
        """Show the new name of the run that is shown."""
        folder = self._controller.folder
        if folder is not None and folder.run == run:
            self._controller.relabel(readable_labels(folder))
            self.snapshot_changed(None, self._controller.snapshot)

    async def action_undo(self) -> None:
        if not await self.form.undo():
            self.app.bell()

    async def action_redo(self) -> None:
        if not await self.form.redo():
            self.app.bell()

    def action_learning(self) -> None:
        from fmnist_tui.tui.screens.learning import LearningScreen

        folder = self._controller.folder
        if folder is not None:
            self.app.push_screen(LearningScreen(folder))

    def action_replay(self) -> None:
        from fmnist_tui.tui.screens.replay import ReplayScreen

        folder = self._controller.folder
        if folder is not None:
            self.app.push_screen(ReplayScreen(ReplayOptions(folder.path)))

    def action_apply(self) -> None:
        config = self._actions.advised
        if config is not None:
            self.post_message(ConfigChosen(config))

    def action_copy_command(self) -> None:
        config = self._controller.config if self.page == "live" else self._next_start.config()
        if config is not None:
            self.post_message(CommandRequested(config))

    def _refused(self, problem: UserError) -> None:
        """Show what is wrong with the form."""
        self.page = "form"
        if not self.form.focus_problem():
            self.query_one(HelpStrip).show_problem(problem)
        self.app.bell()

    # The form and the model list

    @on(OptionList.OptionHighlighted, "#models")
    async def _model_chosen(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_index == event.option_list.highlighted:  # else the highlight has moved since
            await self.form.show_model(str(event.option_id))

    @on(ConfigForm.Changed)
    def _draft_changed(self) -> None:
        self.query_one(ModelList).show_chosen(self.form.draft.model)  # not the event's draft, which may be older
        with suppress(UserError):  # an invalid form is not remembered
            self.post_message(FormEdited(self.form.draft.config()))
        self._explain()
        self._preview.show_soon(self.form.draft)

    def _run_changed(self, before: RunSnapshot | None, snapshot: RunSnapshot | None) -> None:
        """Use the speed of a run that has ended, whatever view is visible."""
        has_ended = snapshot is not None and snapshot.ended is not None
        if has_ended and (before is None or before.ended is None):
            self._preview.forget_speeds()
            self._preview.show(self.form.draft)

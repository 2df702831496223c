"""The Train view, which the app opens with."""

from fmnist_tui.tui.views.view import View

VIEW = View("train", "t", "Train", "Choose a model, train it and watch it", 1, lambda app: app.train_screen)

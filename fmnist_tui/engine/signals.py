"""The signals that stop a run after it has saved, in the interface and on the command line."""

import signal


def stop_signals() -> list[signal.Signals]:
    """Return the signals to handle: those that exist on this system and that are not inherited as ignored.

    `nohup` and a shell's background jobs keep a run alive by ignoring signals.
    """
    signals = [signal.Signals[name] for name in ("SIGHUP", "SIGINT", "SIGTERM") if hasattr(signal, name)]
    return [number for number in signals if signal.getsignal(number) is not signal.SIG_IGN]

"""A session bus with an open keyring on it, so that the vault keeps what it is given."""

import pathlib
import subprocess
import time

START_LIMIT_S = 20


class KeyringBus:
    """`dbus-daemon` and `gnome-keyring-daemon`, from their start until their end."""

    def __init__(self, home: pathlib.Path, env: dict[str, str]):
        self._home = home
        self._env = env

    def __enter__(self) -> dict[str, str]:
        """The variables by which programs find the bus."""
        self._bus = subprocess.Popen(
            ["dbus-daemon", "--session", "--nofork", "--print-address"], env=self._env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )
        found = {"DBUS_SESSION_BUS_ADDRESS": self._bus.stdout.readline().strip()}
        assert found["DBUS_SESSION_BUS_ADDRESS"], "the bus gave no address"
        self._env = {**self._env, **found}
        self._keyring = subprocess.Popen(
            ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"], env=self._env,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, text=True,
        )
        self._keyring.stdin.write("a password")
        self._keyring.stdin.close()
        until = time.monotonic() + START_LIMIT_S
        while not self._answers():
            assert time.monotonic() < until, "the keyring did not start"
            time.sleep(0.05)
        return found

    def _answers(self) -> bool:
        asked = subprocess.run(
            ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/org/freedesktop/DBus",
             "org.freedesktop.DBus.NameHasOwner", "string:org.freedesktop.secrets"],
            env=self._env, capture_output=True, text=True,
        )
        return "boolean true" in asked.stdout

    def __exit__(self, *_error) -> None:
        for process in (self._keyring, self._bus):
            process.terminate()
            process.wait(START_LIMIT_S)
        self._bus.stdout.close()

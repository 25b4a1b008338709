"""The deb and the rpm: what they hold, what they need, and that what they hold runs."""

import contextlib
import gzip
import os
import pathlib
import signal
import subprocess
import time

import pytest

from peer_processes import Hat, SandboxServer, bare_environment

WINDOW_LIMIT_S = 60


def packages() -> pathlib.Path:
    """Where the bundler left them: BUNDLE_DIR, else beside the debug build."""
    named = os.environ.get("BUNDLE_DIR")
    return pathlib.Path(named) if named else pathlib.Path(os.environ["CARGO_TARGET_DIR"]) / "debug" / "bundle"


def newest(kind: str) -> pathlib.Path:
    """The package of that kind."""
    found = sorted((packages() / kind).glob(f"*.{kind}"), key=lambda path: path.stat().st_mtime)
    assert found, f"there is no {kind} in {packages()}: run scripts/bundle"
    return found[-1]


def unpack_deb(package: pathlib.Path, into: pathlib.Path) -> None:
    subprocess.run(["dpkg-deb", "--extract", package, into], check=True)


def unpack_rpm(package: pathlib.Path, into: pathlib.Path) -> None:
    # rpm2cpio of rpm 4.18 ends 1 after writing a whole archive; cpio tells whether it was whole.
    with subprocess.Popen(["rpm2cpio", package], stdout=subprocess.PIPE) as archive:
        subprocess.run(["cpio", "--extract", "--make-directories", "--quiet"], stdin=archive.stdout, cwd=into, check=True)


@pytest.fixture(scope="module", params=["deb", "rpm"])
def unpacked(request, tmp_path_factory) -> pathlib.Path:
    """The files of one package, as they would lie under /."""
    root = tmp_path_factory.mktemp(request.param)
    {"deb": unpack_deb, "rpm": unpack_rpm}[request.param](newest(request.param), root)
    return root


def test_both_commands_are_on_the_path(unpacked):
    for command in ("hatrack", "hat"):
        assert os.access(unpacked / "usr/bin" / command, os.X_OK)


def test_the_desktop_file_is_valid_and_its_icon_is_there(unpacked):
    (entry,) = (unpacked / "usr/share/applications").glob("*.desktop")
    subprocess.run(["desktop-file-validate", entry], check=True)
    values = dict(line.split("=", 1) for line in entry.read_text().splitlines() if "=" in line)
    assert values["Exec"].split()[0] == "hatrack"
    # A hatrack:// link starts the app, with the link as its argument.
    assert values["Exec"].split()[1:] == ["%u"]
    assert "x-scheme-handler/hatrack" in values["MimeType"].split(";")
    assert list((unpacked / "usr/share/icons/hicolor").glob(f"*/apps/{values['Icon']}.png"))


def test_manual_pages_and_completions_lie_where_they_are_looked_for(unpacked):
    share = unpacked / "usr/share"
    pages = {page.name for page in (share / "man/man1").iterdir()}
    assert {"hat.1.gz", "hat-switch.1.gz", "hat-s3-cp.1.gz"} <= pages
    assert r"\-\-duration" in gzip.decompress((share / "man/man1/hat-switch.1.gz").read_bytes()).decode()
    (zsh,) = share.glob("zsh/*/_hat")
    completions = (share / "bash-completion/completions/hat", zsh, share / "fish/vendor_completions.d/hat.fish")
    for script in completions:
        assert "credential-process" in script.read_text(), script


def test_the_deb_asks_for_what_the_window_needs():
    fields = subprocess.run(
        ["dpkg-deb", "--field", newest("deb"), "Package", "Depends"], capture_output=True, text=True, check=True,
    ).stdout
    assert "Package: hatrack\n" in fields
    for library in ("libwebkit2gtk-4.1-0", "libgtk-3-0", "libayatana-appindicator3-1"):
        assert library in fields


def test_the_unpacked_hat_switches_in_the_unpacked_sandbox(unpacked, tmp_path):
    binary = unpacked / "usr/bin/hat"
    with SandboxServer(binary, tmp_path) as sandbox:
        home = tmp_path / "home"
        home.mkdir()
        hat = Hat(binary, home, sandbox.env)
        try:
            session = hat.json("switch", "stuzio")
            assert session["role_name"] == "StuzioAcmeConsultantRole"
        finally:
            hat.stop_agent()


def test_the_unpacked_app_opens_its_window(unpacked, tmp_path):
    env = bare_environment(tmp_path)
    read_end, write_end = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=[write_end], env=env, stderr=subprocess.DEVNULL,
    ) as display:
        os.close(write_end)
        try:
            with os.fdopen(read_end) as told:
                env["DISPLAY"] = f":{told.readline().strip()}"
            env["WEBKIT_DISABLE_DMABUF_RENDERER"] = "1"
            with (tmp_path / "app.log").open("w") as log, subprocess.Popen(
                [unpacked / "usr/bin/hatrack"], env=env, stdout=log, stderr=log, start_new_session=True,
            ) as app:
                try:
                    assert window_of(app, env), (tmp_path / "app.log").read_text()
                finally:
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(app.pid, signal.SIGTERM)
        finally:
            display.terminate()
            Hat(unpacked / "usr/bin/hat", tmp_path, {}).stop_agent()


def window_of(app: subprocess.Popen, env: dict[str, str]) -> str:
    """The visible window called Hatrack, or nothing if the app ends or shows none in time."""
    deadline = time.monotonic() + WINDOW_LIMIT_S
    while time.monotonic() < deadline and app.poll() is None:
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", "^Hatrack"], env=env, capture_output=True, text=True,
        ).stdout.strip()
        if found:
            return found
        time.sleep(0.1)
    return ""

"""Fixtures: a sandbox, a moto server, and `hat`, each with a home of its own."""

import os
import pathlib
import pytest

from peer_processes import Hat, MotoServer, SandboxServer


@pytest.fixture(scope="session")
def hat_binary() -> pathlib.Path:
    """The built `hat`: HAT_BIN, else the debug build in the target folder."""
    named = os.environ.get("HAT_BIN")
    target = os.environ.get("CARGO_TARGET_DIR") or pathlib.Path.home() / ".cache/hatrack/target"
    binary = pathlib.Path(named) if named else pathlib.Path(target) / "debug" / "hat"
    assert binary.is_file(), f"{binary} is missing: build it with `cargo build -p hat`"
    return binary


@pytest.fixture(scope="session")
def sandbox(hat_binary, tmp_path_factory):
    """One sandbox for the whole run; tests change nothing in it that another reads."""
    with SandboxServer(hat_binary, tmp_path_factory.mktemp("sandbox")) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory):
    """One moto server, seeded and then enforcing."""
    with MotoServer(tmp_path_factory.mktemp("moto")) as server:
        yield server


@pytest.fixture
def new_hat(hat_binary, tmp_path):
    """Makes a `hat` with a fresh home (agent, history, vault of its own), ended after the test."""
    made = []

    def make(env: dict[str, str]) -> Hat:
        home = tmp_path / f"home{len(made)}"
        home.mkdir()
        made.append(Hat(hat_binary, home, env))
        return made[-1]

    yield make
    for hat in made:
        hat.stop_agent()

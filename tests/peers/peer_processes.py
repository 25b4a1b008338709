"""The processes that the tests talk to, each started in an environment that holds nothing of the caller's."""

import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

TOOLS = pathlib.Path(sys.executable).parent
START_LIMIT_S = 60
COMMAND_LIMIT_S = 60


def bare_environment(home: pathlib.Path) -> dict[str, str]:
    """What a process needs to run at all: no AWS variable, no session bus, no display, a home of its own."""
    runtime = home / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    return {
        "PATH": f"{TOOLS}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME": str(home),
        "HATRACK_HOME": str(home / "hatrack"),
        "XDG_RUNTIME_DIR": str(runtime),
        "LANG": "C.UTF-8",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_PAGER": "",
    }


def exports_of(env_file: pathlib.Path) -> dict[str, str]:
    """The variables that a file of export lines sets, as a shell reads them."""
    printed = subprocess.run(
        ["bash", "-c", '. "$1" && exec env -0', "bash", str(env_file)],
        env={"PATH": "/usr/bin:/bin"}, capture_output=True, check=True, text=True,
    ).stdout
    pairs = dict(line.split("=", 1) for line in printed.split("\0") if line)
    return {name: value for name, value in pairs.items() if name not in ("PATH", "PWD", "SHLVL", "_", "OLDPWD")}


class Hat:
    """`hat` with one home. Its output is text; nothing is read from a terminal."""

    def __init__(self, binary: pathlib.Path, home: pathlib.Path, env: dict[str, str]):
        self.binary = binary
        self.home = home
        own = home / "hatrack"
        own.mkdir(mode=0o700, exist_ok=True)
        # A sandbox's home is marked, so that its endpoint needs no consent. A home of a test on the sandbox is too.
        mark = pathlib.Path(env.get("HATRACK_HOME", "/nowhere")) / "sandbox-home"
        if mark.is_file():
            shutil.copy(mark, own)
        self.env = {**bare_environment(home), **env, "HATRACK_HOME": str(own)}

    def run(self, *args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess:
        """Runs to the end, whatever the exit code."""
        return subprocess.run(
            [str(self.binary), *args], env={**self.env, **(env or {})}, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=COMMAND_LIMIT_S,
        )

    def ok(self, *args: str, env: dict[str, str] | None = None) -> str:
        """Runs, expects success, and gives the output."""
        done = self.run(*args, env=env)
        assert done.returncode == 0, f"hat {' '.join(args)} ended {done.returncode}: {done.stderr}"
        return done.stdout

    def json(self, *args: str, env: dict[str, str] | None = None):
        """Runs with --json, expects success, and gives what it said."""
        return json.loads(self.ok(*args, "--json", env=env))

    def refused(self, *args: str, code: int = 1, env: dict[str, str] | None = None) -> str:
        """Runs, expects that exit code, one line on stderr and nothing on stdout; gives what stderr says."""
        done = self.run(*args, env=env)
        assert done.returncode == code, f"hat {' '.join(args)} ended {done.returncode}: {done.stdout}{done.stderr}"
        assert done.stdout == "", "nothing half-done may stand on stdout"
        assert done.stderr.strip(), "a failure says what happened"
        return done.stderr

    def stop_agent(self) -> None:
        """Ends this home's agent, if one runs."""
        self.run("agent", "--stop")


class SandboxServer:
    """`hat sandbox --dir`, from its start until its end."""

    def __init__(self, binary: pathlib.Path, scratch: pathlib.Path, *args: str):
        self.folder = scratch / "world"
        self._command = [str(binary), "sandbox", "--dir", str(self.folder), *args]
        self._env = bare_environment(scratch)
        self._log = scratch / "sandbox.log"

    def __enter__(self) -> "SandboxServer":
        self._errors = self._log.open("w")
        self._process = subprocess.Popen(
            self._command, env=self._env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self._errors, text=True,
        )
        printed = self._process.stdout.readline().strip()
        assert printed == str(self.folder), f"the sandbox printed {printed!r}: {self._log.read_text()}"
        self.described = json.loads((self.folder / "sandbox.json").read_text())
        self.env = exports_of(self.folder / "env")
        return self

    def __exit__(self, *_error) -> None:
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(START_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise
        finally:
            self._process.stdout.close()
            self._errors.close()


def free_port() -> int:
    """A loopback port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class MotoServer:
    """moto, open while it is seeded and enforcing IAM policies after `enforce`."""

    def __init__(self, scratch: pathlib.Path):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = scratch / "moto.log"
        self._env = {**bare_environment(scratch), "INITIAL_NO_AUTH_ACTION_COUNT": "1000000000"}

    def __enter__(self) -> "MotoServer":
        self._output = self._log.open("w")
        self._process = subprocess.Popen(
            [str(TOOLS / "moto_server"), "-H", "127.0.0.1", "-p", str(self.port)],
            env=self._env, stdin=subprocess.DEVNULL, stdout=self._output, stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + START_LIMIT_S
        while not self._answers():
            assert self._process.poll() is None, f"moto ended: {self._log.read_text()}"
            assert time.monotonic() < deadline, f"moto does not answer: {self._log.read_text()}"
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/moto-api/", timeout=1):
                return True
        except OSError:
            return False

    def enforce(self) -> None:
        """From here on identity policies decide."""
        asked = urllib.request.Request(
            f"{self.url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}, method="POST",
        )
        with urllib.request.urlopen(asked, timeout=START_LIMIT_S):
            pass

    def __exit__(self, *_error) -> None:
        self._process.terminate()
        self._process.wait(START_LIMIT_S)
        self._output.close()


def aws_cli(*args: str, env: dict[str, str]) -> subprocess.CompletedProcess:
    """The AWS CLI of the test environment."""
    return subprocess.run(
        [str(TOOLS / "aws"), *args], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        timeout=COMMAND_LIMIT_S,
    )


def clean_of_aws(env: dict[str, str]) -> dict[str, str]:
    """The environment without any AWS variable except those that switch surprises off."""
    kept = ("AWS_EC2_METADATA_DISABLED", "AWS_PAGER")
    return {name: value for name, value in env.items() if not name.startswith("AWS_") or name in kept}


def interpreter(name: str) -> str | None:
    """Where a shell is, if this computer has it."""
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        found = pathlib.Path(folder) / name
        if found.is_file() and os.access(found, os.X_OK):
            return str(found)
    return None

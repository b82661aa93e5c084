"""A real instance for the journeys: the demonstration, served as `make run` serves it, in a browser without a screen."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import pytest

from tests.instances import PUEBLA, free_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BROWSER_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking",
                 "--disable-component-update", "--disable-sync", "--no-first-run"]  # fmt: skip
WIDTHS = {"desktop": {"width": 1280, "height": 900}, "phone": {"width": 390, "height": 844}}


def pytest_collection_modifyitems(items):
    """Each process has an instance of its own, shared by all its journeys."""
    for item in items:
        if "tests/journeys" in str(item.path).replace(os.sep, "/"):
            item.add_marker(pytest.mark.journey)
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium here; on Debian: apt-get install chromium")
                )


#: Reads the program once, then runs each command in a child: to load it anew for every command is most of their time.
CONSOLE = """
import json, os, sys, traceback
from puebla.config import cli
cli.choose_settings()
import django; django.setup()
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if not child:
        code = 0
        for number in (1, 2):
            os.dup2(os.open(asked["to"][number - 1], os.O_CREAT | os.O_TRUNC | os.O_WRONLY), number)
        try:
            if "script" in asked:
                exec(compile(asked["script"], "journey", "exec"), {})
            else:
                sys.argv = ["puebla", *asked["arguments"]]
                cli.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else bool(end.code)
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


class Instance:
    """A running demonstration: its address, its environment, and what its command line answers."""

    def __init__(self, base, environment, folder):
        self.base, self.environment, self.folder = base, environment, folder
        self.console = None

    def command(self, *arguments, check=True):
        """Run `puebla …` on this instance; its standard output."""
        return self._ask({"arguments": arguments}, check)

    def run(self, script):
        """Run lines of Python inside the instance, where no command does what only time does."""
        self._ask({"script": script}, check=True)

    def _ask(self, what, check):
        if self.console is None:
            self.console = subprocess.Popen(
                [sys.executable, "-c", CONSOLE], env=self.environment, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
        with tempfile.TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            self.console.stdin.write(json.dumps(what | {"to": [str(out), str(err)]}) + "\n")
            self.console.stdin.flush()
            code = int(self.console.stdout.readline())
            assert not check or code == 0, out.read_text() + err.read_text()
            return out.read_text()

    def close(self):
        """End the console."""
        if self.console is not None:
            self.console.stdin.close()
            self.console.wait(timeout=30)
            self.console.stdout.close()

    def complaints(self):
        """What the server said of its faults, for who reads why a journey failed."""
        log = self.folder / "serve.log"
        said = log.read_text(errors="replace") if log.exists() else ""
        return [said[said.index("ERROR") :][-6000:]] if "ERROR" in said else []

    def settle(self):
        """Let the queue run dry, instead of waiting for the worker."""
        self.command("worker", "--once")

    def json(self, *arguments):
        return json.loads(self.command(*arguments))


def _answers(address):
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def instance(request):
    """The demonstration, loaded once and served for all journeys of this process.

    JOURNEYS_AT names one that is served already, for whoever is writing a journey: "http://localhost:8000 /its/data/dir".
    """
    kept = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "DATABASE_URL"}}
    if standing := os.environ.get("JOURNEYS_AT"):
        base, data = standing.split()
        environment = kept | {"PUEBLA_ENV": "demo", "PUEBLA_DATA_DIR": data, "PUEBLA_BASE_URL": base}
        standing = Instance(base, environment, Path(data))
        yield standing
        standing.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="puebla-journeys-"))
    address = os.environ.get("DATABASE_URL")
    if not address:
        shutil.copytree(request.getfixturevalue("demonstration").folder, folder, dirs_exist_ok=True)
    # As `puebla serve` makes them ready, which other tests see it do.
    shutil.copytree(request.getfixturevalue("prepared") / "static", folder / "static")
    base = f"http://localhost:{free_port()}"
    environment = kept | {"PUEBLA_ENV": "demo", "PUEBLA_DATA_DIR": str(folder), "PUEBLA_BASE_URL": base}
    if address:
        environment["DATABASE_URL"] = _own_database(address)
    running = Instance(base, environment, folder)
    if address:
        running.command("demo")
    log = (folder / "serve.log").open("w")
    server = subprocess.Popen(
        [*PUEBLA, "serve", "--port", base.rpartition(":")[2], "--no-worker"],
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    deadline = time.monotonic() + 120
    while not _answers(f"{base}/healthz"):
        assert server.poll() is None, (folder / "serve.log").read_text()
        assert time.monotonic() < deadline, (folder / "serve.log").read_text()
    yield running
    running.close()
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(timeout=30)
    log.close()
    shutil.rmtree(folder, ignore_errors=True)


def _own_database(address):
    """A database of its own for the instance, so that it does not meet the unit tests' one."""
    import psycopg

    name = f"journeys_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    return re.sub(r"(//[^/]*/)[^?]*", rf"\g<1>{name}", address, count=1)


@pytest.fixture(scope="session")
def browser():
    """One browser for the session."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=BROWSER_FLAGS)
        yield running
        running.close()


@pytest.fixture
def visit(browser, instance):
    """Open a browser window of one's own: `page = visit()` or `visit("secretariat")`, on a desktop or a phone.

    After the test: no request left the machine, no error stood in the console.
    """
    contexts, faults = [], []

    def open_window(account=None, *, size="desktop", language="en", scripts=True):
        context = browser.new_context(
            viewport=WIDTHS[size],
            java_script_enabled=scripts,
            accept_downloads=True,
            has_touch=size == "phone",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "request",
            lambda r: faults.append(f"left the machine: {r.url}") if foreign(r.url, instance) else None,
        )
        page.on(
            "console",
            lambda m: faults.append(f"console: {m.text} {m.location['url']}") if unexpected(m) else None,
        )
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        if account:
            sign_in(page, instance, f"{account}@demo.invalid", "puebla-demo", language)
        return page

    yield open_window
    for context in contexts:
        context.close()
    assert faults == [], "\n".join(instance.complaints())


def foreign(address, instance):
    return address.startswith("http") and not address.startswith(instance.base)


def unexpected(message):
    """Errors and CSP breaches; a page that a journey asks for and that is gone (404, 410) is no fault.

    Nor is it one where the page editor tries by itself to keep a new page before what it must have is filled in (400).
    """
    kept_too_early = "/cms/pages/add/" in message.location["url"] and "status of 400" in message.text
    return (
        message.type == "error" and not kept_too_early and not re.search(r"status of (404|410)", message.text)
    )


def sign_in(page, instance, email, password, language="en"):
    """Sign in with e-mail and password, on the page that a person uses."""
    page.goto(f"{instance.base}/{language}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main form button[type=submit]")
    page.wait_for_load_state()


def choose(page, name, words):
    """Choose the first option of a select whose text holds these words."""
    options = page.locator(f"select[name={name}] option")
    texts = options.all_inner_texts()
    found = next(number for number, text in enumerate(texts) if words in text)
    page.select_option(f"select[name={name}]", value=options.nth(found).get_attribute("value"))

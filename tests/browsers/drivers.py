"""Start of Firefox and of WebKitGTK's MiniBrowser under WebDriver, in which both speak the same commands."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.firefox.service import Service as FirefoxService
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.webkitgtk.service import Service as WebKitService

from tests.conftest import missing
from tests.paths import PROJECT

BUILT_DRIVER = PROJECT / ".cache" / "geckodriver" / "bin" / "geckodriver"
"""Driver of Firefox that `bin/setup_browsers` builds."""

SCREEN_SIZE = "1600x1000x24"
"""Width and height in pixels, and depth in bits, of the screen without a display."""


def _program(what: str, *names: str) -> str:
    """Return the path of the first program that exists. Without one the test is skipped, in CI it fails."""
    return next(filter(None, (shutil.which(name) for name in names)), None) or missing(f"{what} ({names[0]})")


@contextmanager
def firefox() -> Iterator[WebDriver]:
    """Start Firefox without windows."""
    options = webdriver.FirefoxOptions()
    options.binary_location = _program("Firefox", "firefox-esr", "firefox")
    options.add_argument("-headless")
    options.set_preference("intl.accept_languages", "en-US")
    driver = webdriver.Firefox(options, FirefoxService(_program("driver of Firefox", "geckodriver", str(BUILT_DRIVER))))
    try:
        yield driver
    finally:
        driver.quit()


@contextmanager
def _screen() -> Iterator[str]:
    """Start a screen that nobody sees, and return its name; the server chooses the number."""
    reading, writing = os.pipe()
    command = [_program("screen", "Xvfb"), "-displayfd", str(writing), "-screen", "0", SCREEN_SIZE, "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as answer:
            yield f":{answer.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def webkit() -> Iterator[WebDriver]:
    """Start WebKitGTK's small browser on a screen of its own."""
    service = _program("driver of WebKit", "WebKitWebDriver")
    found = sorted(map(str, Path("/usr").glob("lib*/**/webkit2gtk-4.*/MiniBrowser")))
    options = webdriver.WebKitGTKOptions()
    options.binary_location = _program("MiniBrowser", "MiniBrowser", *found)
    options.add_argument("--automation")
    with _screen() as display:
        environ = {**os.environ, "DISPLAY": display, "LANG": "en_US.UTF-8", "WEBKIT_DISABLE_COMPOSITING_MODE": "1"}
        driver = webdriver.WebKitGTK(options, service=WebKitService(service, env=environ))
        try:
            yield driver
        finally:
            driver.quit()


BROWSERS = {"firefox": firefox, "webkit": webkit}
"""Functions that start a browser, by its name in the tests."""

"""A reader at the page in a driven browser: opens it, presses keys and buttons, and waits for what he looks at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from selenium.common.exceptions import ElementNotInteractableException, StaleElementReferenceException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement

WAIT_S = 20.0
"""Seconds that a reader waits for something before the test fails."""

LISTEN = """
window.faults = [];
addEventListener('error', (event) => faults.push(event.message));
addEventListener('unhandledrejection', (event) => faults.push(String(event.reason)));
document.addEventListener('securitypolicyviolation', (event) => faults.push(event.violatedDirective));
"""


class Reader:
    """One window. `driver` is the browser's."""

    def __init__(self, driver: WebDriver) -> None:
        self.driver = driver

    def open(self, url: str) -> None:
        """Open an address and wait for its first post."""
        self.driver.get(url)
        self.run(LISTEN)
        self.until(lambda: self.count("article") > 0, f"posts at {url}")

    def run(self, script: str, *values: object) -> Any:
        """Return what a script in the page returns."""
        return self.driver.execute_script(script, *values)

    def count(self, selector: str) -> int:
        return len(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def text(self, selector: str) -> str:
        """Return the text of all elements of a selector."""
        found: str = self.run(
            "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent).join('\\n')", selector
        )
        return found

    def until(self, true: Callable[[], bool], what: str) -> None:
        """Wait until something is true. An element that is drawn anew meanwhile is looked up again."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            try:
                if true():
                    return
            except StaleElementReferenceException:
                pass
            time.sleep(0.05)
        raise AssertionError(f"never: {what}; faults of the page: {self.faults()}")

    def see(self, selector: str, text: str = "") -> None:
        """Wait for an element, and for a text in it."""
        self.until(
            lambda: self.count(selector) > 0 and text in self.text(selector), f"{text or 'an element'} in {selector}"
        )

    def see_none(self, selector: str) -> None:
        self.until(lambda: self.count(selector) == 0, f"no {selector}")

    def press(self, *keys: str) -> None:
        """Press keys one after another, wherever the focus is."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def press_with_control(self, key: str) -> None:
        ActionChains(self.driver).key_down(Keys.CONTROL).send_keys(key).key_up(Keys.CONTROL).perform()

    def click(self, selector: str, name: str = "", within: str = "body") -> None:
        """Press the first visible element of a selector whose text or label contains `name`."""

        def pressed() -> bool:
            for one in self._named(f"{within} {selector}", name):
                try:
                    one.click()
                except ElementNotInteractableException:
                    continue
                return True
            return False

        self.until(pressed, f"a {selector} named {name}")

    def _named(self, selector: str, name: str) -> list[WebElement]:
        return [
            one
            for one in self.driver.find_elements(By.CSS_SELECTOR, selector)
            if name in (one.get_attribute("aria-label") or "") or name in one.text
        ]

    def search(self, query: str) -> None:
        """Type a search into the search box, and run it."""
        self.click("#search")
        self.press_with_control("a")
        self.press(query, Keys.ENTER)

    def focused(self, selector: str) -> bool:
        """Return whether the element with the focus is one of a selector."""
        return bool(self.run("return document.activeElement.matches(arguments[0])", selector))

    def faults(self) -> list[str]:
        """Return the errors of the page since it was opened."""
        found: list[str] = self.run("return window.faults ?? []")
        return found

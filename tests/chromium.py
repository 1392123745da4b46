"""Start of Debian's Chromium for tests and benches."""

from __future__ import annotations

import shutil

from playwright.sync_api import Browser, Playwright

FEATURES_OFF = (
    # Each new window makes pages of Chromium's own for its address bar: 1.3 s of processor time before ours.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # Playwright's own list, of which the last one given counts.
    "AimEnabled",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--disable-features={','.join(FEATURES_OFF)}",
)


NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""Commands that start it, the best first: the shell is the same engine without windows, and opens a page for a third
less processor time."""


def path() -> str | None:
    """Return the path of Chromium, None where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, *flags: str) -> Browser:
    """Return a new browser with a profile of its own."""
    return playwright.chromium.launch(executable_path=path(), args=[*FLAGS, *flags])

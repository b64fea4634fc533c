"""Pages as PDF or PNG, by a Chromium without a window.

The browser is the first there is of ``$KITH_BROWSER``, Chromium, Chrome and Edge (Debian: ``apt install chromium``). It is driven by the DevTools
protocol over two pipes: JSON messages that end with a zero byte (``--remote-debugging-pipe``). It opens no port and asks nothing of the network.
"""

from __future__ import annotations

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from kith.errors import FailedPreconditionError

_NAMES = (
    "chromium",
    "chromium-headless-shell",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
_FLAGS = ("--headless", "--remote-debugging-pipe", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage")
_OFFLINE = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND")


_TALLEST = 16_000  # pixels of the screen


def _no_browser() -> FailedPreconditionError:
    asked = os.environ.get("KITH_BROWSER")
    missing = f"there is no program {asked!r}, which $KITH_BROWSER names" if asked else "PDF and PNG need Chromium or Chrome, and none was found"
    hint = 'install it (Debian: "apt install chromium"), name its program in $KITH_BROWSER, or write "html"'
    return FailedPreconditionError(missing, code="FAILED_PRECONDITION", reason="NoBrowser", hint=hint)


def find() -> str | None:
    """The browser's program, or None."""
    wanted = os.environ.get("KITH_BROWSER")
    found = (shutil.which(name) for name in ([wanted] if wanted else _NAMES))
    return next((path for path in found if path), None)


class Browser:
    """One browser with one page, closed with the context. `events` holds what it told: (method, parameters).

    FailedPreconditionError with the reason NoBrowser where there is none.
    """

    def __init__(self, timeout: float = 60) -> None:
        program = find()
        if program is None:
            raise _no_browser()
        self.events: list[tuple[str, dict[str, Any]]] = []
        self._timeout = timeout
        self._next = 0
        self._buffer = b""
        self._session: str | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="kith-report-", ignore_cleanup_errors=True)
        self._process, self._out, self._in = self._start(program)

    def _start(self, program: str) -> tuple[subprocess.Popen[bytes], int, int]:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []  # root has none to enter
        # The browser reads 3 and writes 4; only a shell puts them there without running code of ours in the child.
        commands, answers = os.pipe(), os.pipe()
        hand_over = f'exec "$@" 3</dev/fd/{commands[0]} 4>/dev/fd/{answers[1]}'
        arguments = ["/bin/sh", "-c", hand_over, "sh", program, *_FLAGS, *_OFFLINE, *sandbox, f"--user-data-dir={self._folder.name}/profile", "about:blank"]
        with open(f"{self._folder.name}/log", "wb") as log:
            process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(commands[0], answers[1]), start_new_session=True
            )
        os.close(commands[0])
        os.close(answers[1])
        return process, commands[1], answers[0]

    def __enter__(self) -> Self:
        try:
            target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
            self._session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Ends the browser and forgets its profile."""
        os.close(self._out)  # it ends when its pipe does
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._in)
        self._folder.cleanup()

    # --- the protocol

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Asks the page, and waits for the answer."""
        return self._call(method, parameters)

    def _call(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        self._next += 1
        message: dict[str, Any] = {"id": self._next, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + self._timeout
        while True:
            answer = self._receive(deadline)
            if answer.get("id") == self._next:
                break
            if "method" in answer:
                self.events.append((answer["method"], answer.get("params", {})))
        if "error" in answer:
            raise RuntimeError(f"the browser refused {method}: {answer['error'].get('message')}")
        result: dict[str, Any] = answer["result"]
        return result

    def _receive(self, deadline: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"the browser did not answer within {self._timeout:.0f} s")
            chunk = os.read(self._in, 1 << 20)
            if not chunk:
                log = pathlib.Path(self._folder.name, "log").read_text(errors="replace")
                raise RuntimeError(f"the browser ended: {log[-500:].strip()}")
            self._buffer += chunk
        text, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(text)
        return message

    def _wait_for(self, method: str) -> None:
        deadline = time.monotonic() + self._timeout
        while not any(name == method for name, _ in self.events):
            message = self._receive(deadline)
            if "method" in message:
                self.events.append((message["method"], message.get("params", {})))

    # --- what it is for

    def show(self, html: str) -> None:
        """Opens a page from its text."""
        file = pathlib.Path(self._folder.name, "page.html")
        file.write_text(html, encoding="utf-8")
        self.events.clear()
        self.call("Page.navigate", url=file.as_uri())
        self._wait_for("Page.loadEventFired")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, or what it promises."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"JavaScript: {answer['exceptionDetails'].get('text')}")
        return answer["result"].get("value")

    def size(self, width: int, *, scale: float = 1, phone: bool = False) -> None:
        """The window's width, in pixels of the page."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=scale, mobile=phone)

    def prefer(self, *features: tuple[str, str], media: str = "") -> None:
        """Media features, such as ("prefers-color-scheme", "dark")."""
        named: Sequence[dict[str, str]] = [{"name": name, "value": value} for name, value in features]
        self.call("Emulation.setEmulatedMedia", media=media, features=named)

    def pdf(self) -> bytes:
        answer = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True, generateTaggedPDF=True, generateDocumentOutline=True)
        return base64.b64decode(answer["data"])

    def png(self, *, width: int, scale: float = 2, phone: bool = False, dark: bool = False) -> bytes:
        """The whole page, however long, as one picture."""
        self.prefer(("prefers-color-scheme", "dark" if dark else "light"))
        self.size(width, scale=scale, phone=phone)
        height = self.call("Page.getLayoutMetrics")["cssContentSize"]["height"]
        if height * scale > _TALLEST:  # a coarser picture, since Chromium repeats itself below
            self.size(width, scale=_TALLEST / height, phone=phone)
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        answer = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

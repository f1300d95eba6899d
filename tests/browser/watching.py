"""Keeps a record of what a page does."""

from __future__ import annotations

from dataclasses import dataclass, field

LOCAL = ("file:", "data:", "blob:", "about:")

REPORT_VIOLATIONS = """
addEventListener('securitypolicyviolation', (event) => {
  console.error(`CSP violation: ${event.violatedDirective}: ${event.blockedURI}`);
});
"""


@dataclass
class Watch:
    """What a page did since it was opened."""

    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def over(self, page):
        """Start watching a page that has not loaded anything yet."""
        page.add_init_script(REPORT_VIOLATIONS)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.errors.append(f"uncaught: {error}"))
        page.on("crash", lambda _: self.errors.append("the page crashed"))
        return page

    def _console(self, message):
        if message.type in ("error", "assert"):
            self.errors.append(f"console: {message.text}")

    def problems(self):
        """List requests that left the machine, then errors."""
        outside = [f"request: {url}" for url in self.requests if not url.startswith(LOCAL)]
        return outside + self.errors

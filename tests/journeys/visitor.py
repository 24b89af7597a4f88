"""Someone with a browser that has no script: opens pages, follows links, fills in forms, presses buttons."""

from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup
from django.test import Client


class Visitor:
    """Acts on the page last answered. Every answer must be free of server errors."""

    def __init__(self):
        self.client = Client(enforce_csrf_checks=True)
        self.url, self.page, self.status = "/", None, None

    def open(self, url):
        return self._take(self.client.get(self._path(url), follow=True), url)

    def follow(self, label):
        """Follow the first link whose text holds `label`."""
        for link in self.page.find_all("a", href=True):
            if label.lower() in self._text(link).lower():
                return self.open(link["href"])
        raise AssertionError(f"no link {label!r} on {self.url}: {self.text[:600]}")

    def press(self, label, **values):
        """Fill `values` (by field name; a list ticks boxes) into the form that has the button `label`, and press it."""
        form, button = self._form_with(label)
        data = self._filled(form)
        if button.get("name"):
            data[button["name"]] = button.get("value", "")
        for name, value in values.items():
            assert form.find(attrs={"name": name}) is not None, (
                f"no field {name!r} in the form of {label!r} on {self.url}"
            )
            data[name] = value
        action = urljoin(self.url, form.get("action") or self.url)
        method = self.client.post if (form.get("method") or "get").lower() == "post" else self.client.get
        return self._take(method(self._path(action), data, follow=True), action)

    @property
    def text(self):
        return self._text(self.page.find("main") or self.page)

    def sees(self, *words):
        for word in words:
            assert word.lower() in self.text.lower(), f"{word!r} is not on {self.url}: {self.text[:1500]}"
        return self

    def link_to(self, part):
        """The address of the first link that holds `part`."""
        return next(link["href"] for link in self.page.find_all("a", href=True) if part in link["href"])

    def _take(self, answer, url):
        self.url = answer.redirect_chain[-1][0] if answer.redirect_chain else url
        self.status, self.page = answer.status_code, BeautifulSoup(answer.content, "html.parser")
        assert answer.status_code < 500
        return self

    def _form_with(self, label):
        for button in self.page.find_all("button"):
            if label.lower() in self._text(button).lower():
                owner = button.get("form")
                return (self.page.find(id=owner) if owner else button.find_parent("form")), button
        raise AssertionError(f"no button {label!r} on {self.url}: {self.text[:600]}")

    def _filled(self, form):
        """What a browser would send if nothing were changed."""
        data = {}
        for field in form.find_all(["input", "textarea", "select"]):
            name, kind = field.get("name"), field.get("type", "text")
            if (
                not name
                or kind in {"submit", "button"}
                or (kind in {"checkbox", "radio"} and not field.has_attr("checked"))
            ):
                continue
            if kind == "checkbox":
                data.setdefault(name, []).append(field.get("value", "on"))
            elif field.name == "select":
                chosen = field.find("option", selected=True) or field.find("option")
                data[name] = chosen.get("value", "") if chosen else ""
            elif field.name == "textarea":
                data[name] = field.get_text().removeprefix("\n")
            else:
                data[name] = field.get("value", "")
        return data

    def _path(self, url):
        parts = urlsplit(urljoin(self.url, url))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _text(self, node):
        return " ".join(node.get_text(" ").split())

"""The chatbot's form for pages that are not its own."""

from typing import Any

from django import template

from advice.asking_forms import AskForm

register = template.Library()


@register.inclusion_tag("advice/_ask_form.html")
def follow_up_form(slug: str) -> dict[str, Any]:
    """The form that asks about the post with this slug."""
    return {"form": AskForm(initial={"post": slug}), "is_swapped": False}

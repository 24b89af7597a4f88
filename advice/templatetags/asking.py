"""The chatbot's form for pages that are not its own."""

from typing import Any

from django import template

from advice import asking_forms
from advice.asking_forms import AskForm

register = template.Library()


@register.inclusion_tag("advice/_ask_form.html")
def follow_up_form(slug: str, audience: str = "") -> dict[str, Any]:
    """The form that asks about the post with this slug, and goes on in the wording it is read in."""
    return {"form": AskForm(initial={"post": slug}), "here": asking_forms.address(audience), "is_swapped": False}

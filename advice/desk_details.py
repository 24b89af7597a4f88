"""The desk's form for what stands around a text: its author, their interests, its picture, its clinical wording."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from advice import editing, illustrating
from advice.desk_reviews import posts_for, user_of
from advice.documents import Byline, Clinical, Document, Image, Kind
from advice.models import Post
from practice.refusals import Refused
from practice.staff.doors import writers_only
from practice.staff.models import Clinician, User


class DetailsForm(forms.Form):
    clinician = forms.ModelChoiceField(
        label=_("Written by one of our clinicians"),
        queryset=Clinician.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("Somebody else"),
    )
    name = forms.CharField(
        label=_("Author's name"),
        help_text=_("As readers see it. Leave it empty to take our clinician's name and credentials."),
        max_length=120,
        required=False,
    )
    credentials = forms.CharField(
        label=_("Author's credentials"), help_text=_("As after the name: LCSW, PhD"), max_length=80, required=False
    )
    disclosure = forms.CharField(
        label=_("Commercial interests"),
        help_text=_("What the author earns by anything in this text, or “none”. Readers see it."),
        max_length=300,
        error_messages={"required": _("Say “none”, or say what it is.")},
    )
    picture = forms.FileField(
        label=_("A picture"),
        help_text=_("PNG or JPEG, at most 600 kB and 2400 pixels. Where and when it was taken is left out."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    alt = forms.CharField(
        label=_("What the picture shows"),
        help_text=_("For readers who do not see it."),
        max_length=300,
        required=False,
    )
    no_picture = forms.BooleanField(label=_("Show no picture"), required=False)
    summary = forms.CharField(
        label=_("Clinical summary"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    takeaways = forms.CharField(
        label=_("Clinical takeaways"),
        help_text=_("One a line."),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    body = forms.CharField(
        label=_("Clinical text"),
        help_text=_(
            "The same matter for clinicians, in Markdown, citing the same references. Signed together with the plain "
            "wording. It gives no dose either. Empty where there is only the plain wording."
        ),
        max_length=100_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 16}),
    )

    CLINICAL = ("summary", "takeaways", "body")

    def __init__(self, *args: Any, has_wordings: bool = True, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in () if has_wordings else self.CLINICAL:  # a notice makes no clinical claims
            del self.fields[name]
        ours = Clinician.objects.active()
        if not self.initial.get("has_picture"):
            del self.fields["no_picture"]
        self.fields["clinician"].queryset = ours if settings.DEMO else ours.filter(is_sample=False)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        shows = given.get("picture") or (self.initial.get("has_picture") and not given.get("no_picture"))
        if shows and not given.get("alt") and "alt" not in self.errors:
            self.add_error("alt", _("Say what the picture shows, for readers who do not see it."))
        if (given.get("summary") or given.get("takeaways")) and not given.get("body"):
            self.add_error("body", _("Write the clinical text, or leave its summary and takeaways empty."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@writers_only
def details(request: HttpRequest, uuid: UUID) -> HttpResponse:
    post = get_object_or_404(posts_for(user_of(request)).select_related("head"), uuid=uuid)
    assert post.head is not None, "a post is made with its first revision"
    document = post.head.document.with_topics(tuple(topic.slug for topic in post.topics.all()))
    has_wordings = document.kind != Kind.NOTICE or bool(document.clinical)
    form = DetailsForm(
        request.POST or None, request.FILES or None, initial=_initial(document), has_wordings=has_wordings
    )
    if request.method == "POST" and form.is_valid():
        try:
            _save(post, document, form.cleaned_data, user_of(request))
        except Refused as refusal:
            form.add_error("picture" if isinstance(refusal, illustrating.BadPicture) else None, str(refusal.message))
        else:
            messages.success(request, str(_("Saved as a new revision.")))
            return redirect("column:post", uuid)
    context = {"form": form, "post": post, "image": document.image}
    return render(request, "column/details.html", context, status=422 if form.errors else 200)


def _initial(document: Document) -> dict[str, Any]:
    byline, clinical = document.byline, document.clinical
    return {
        "clinician": byline.clinician,
        "name": byline.name,
        "credentials": byline.credentials,
        "disclosure": document.disclosure,
        "alt": document.image.alt,
        "has_picture": bool(document.image),
        "summary": clinical.summary,
        "takeaways": "\n".join(clinical.takeaways),
        "body": clinical.body,
    }


@transaction.atomic
def _save(post: Post, document: Document, given: dict[str, Any], by: User) -> None:
    chosen: Clinician | None = given["clinician"]
    changed = replace(
        document,
        byline=Byline(given["name"], given["credentials"], chosen.slug if chosen else ""),
        disclosure=given["disclosure"],
        image=_image(document.image, given, by),
        clinical=_clinical(document.clinical, given),
    )
    editing.revise(post=post, document=changed, author=by, note="author, picture or clinical wording")


def _clinical(clinical: Clinical, given: dict[str, Any]) -> Clinical:
    if not given.get("body"):
        return Clinical()
    return Clinical(given["summary"], tuple(given["takeaways"].splitlines()), given["body"], clinical.faq)


def _image(image: Image, given: dict[str, Any], by: User) -> Image:
    if given.get("no_picture"):
        return Image()
    if given["picture"]:
        return Image(illustrating.take(data=given["picture"].read(), by=by).file, given["alt"])
    return replace(image, alt=given["alt"]) if image else Image()

"""How the JSON door says no: problem documents (RFC 9457)."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from practice.refusals import Refused

MEDIA_TYPE = "application/problem+json"


def document(*, status: int, code: str, title: str, **more: Any) -> dict[str, Any]:
    return {"type": "about:blank", "title": title, "status": status, "code": code} | more


def response(*, status: int, code: str, title: str, **more: Any) -> JsonResponse:
    """A problem document as an answer; `more` adds members such as `errors` or `alternatives`."""
    return JsonResponse(document(status=status, code=code, title=title, **more), status=status, content_type=MEDIA_TYPE)


def describe(result: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The schema's hook: every refusal it describes is a problem document."""
    for operation in (operation for path in result["paths"].values() for operation in path.values()):
        for status, described in operation["responses"].items():
            if status >= "400" and "application/json" in described.get("content", {}):
                described["content"] = {MEDIA_TYPE: described["content"]["application/json"]}
    return result


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """The REST framework's exception handler: every error it knows, and every Refused, becomes a problem document."""
    if isinstance(error, Refused):
        body = document(status=error.status, code=error.code, title=str(error.message))
        return Response(body, status=error.status, content_type=MEDIA_TYPE)
    if isinstance(error, RequestDataTooBig):
        error = TooLarge()
    answered = exception_handler(error, context)
    if answered is None:
        return None
    answered.data = _describe(error, answered)
    answered.content_type = MEDIA_TYPE
    return answered


class TooLarge(exceptions.APIException):
    status_code, default_code, default_detail = 413, "too_large", "That is more text than we can take at once."


def _describe(error: Exception, answered: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return document(status=400, code="invalid", title="Some of it needs another look.", errors=answered.data)
    if isinstance(error, Http404 | PermissionDenied):
        code = "not_found" if isinstance(error, Http404) else "forbidden"
        return document(
            status=answered.status_code,
            code=code,
            title="There is nothing here." if code == "not_found" else "Not allowed.",
        )
    detail = getattr(error, "detail", "")
    return document(status=answered.status_code, code=str(getattr(error, "default_code", "error")), title=str(detail))

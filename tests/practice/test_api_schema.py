"""The JSON door keeps to its own description, whatever is thrown at it."""

import os

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from practice.wsgi import application

FULL = os.environ.get("DRILL") == "full"
schema = schemathesis.pytest.from_fixture("described")


@pytest.fixture
def described(db):
    for signal in (request_started, request_finished):  # the test's transaction outlives each request
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", application)
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.drill
@schema.parametrize()
@settings(max_examples=50 if FULL else 4, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_answer_is_an_error_of_ours_or_differs_from_its_description(case):
    checks = (not_a_server_error, content_type_conformance, response_schema_conformance)
    case.call_and_validate(checks=checks)

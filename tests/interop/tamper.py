"""Requests that are altered after they were signed, or signed long ago. A plugin of the AWS CLI, too."""

import os
from datetime import timedelta
from unittest import mock

from records import CONTACT, INSTANCE


def register(events, tampering):
    if tampering == "altered":
        events.register("before-send.connect", alter)


def alter(request, **_):
    """Names another instance and contact: in the path, the query or the body, wherever the operation has them."""
    for known in (INSTANCE, CONTACT):
        request.url = request.url.replace(known, known[::-1])
        if request.body:
            request.body = request.body.replace(known.encode(), known[::-1].encode())


def clock(auth, tampering):
    """A patch of botocore's: signs with a time of half an hour ago."""
    now, ago = auth.get_current_datetime, timedelta(minutes=30 if tampering == "expired" else 0)
    return mock.patch.object(auth, "get_current_datetime", lambda **more: now(**more) - ago)


def awscli_initialize(events):
    """For the AWS CLI, which puts a copy of its own in the place of botocore."""
    from botocore import auth

    register(events, os.environ["TAMPERING"])
    clock(auth, os.environ["TAMPERING"]).start()

"""The error class that a caller sees is the one it would see from AWS."""

import pytest
from callers import Boto3, Rejected
from conftest import KEY, SECRET
from records import CONTACT, INSTANCE

RANGE = {"Type": "INITIATION_TIMESTAMP", "StartTime": "2026-03-14T00:00:00Z", "EndTime": "2026-03-15T00:00:00Z"}
# For each operation, a request without its instance and contact, and how it names the contact.
CALLS = {
    "DescribeContact": ("ContactId", {}),
    "GetContactAttributes": ("InitialContactId", {}),
    "ListAssociatedContacts": ("ContactId", {}),
    "ListContactReferences": ("ContactId", {"ReferenceTypes": ["URL"]}),
    "SearchContacts": (None, {"TimeRange": RANGE}),
    "StartChatContact": ("RelatedContactId", {"ContactFlowId": "flow", "ParticipantDetails": {"DisplayName": "Ada"}}),
    "StartOutboundVoiceContact": (
        "RelatedContactId",
        {"ContactFlowId": "flow", "DestinationPhoneNumber": "+4915112345678", "QueueId": "queue"},
    ),
    "StartTaskContact": ("RelatedContactId", {"Name": "task"}),
    "StopContact": ("ContactId", {}),
    "TagContact": ("ContactId", {"Tags": {"team": "travel"}}),
    "TransferContact": ("ContactId", {"ContactFlowId": "flow", "QueueId": "queue"}),
    "UntagContact": ("ContactId", {"TagKeys": ["team"]}),
    "UpdateContact": ("ContactId", {"Name": "name"}),
    "UpdateContactAttributes": ("InitialContactId", {"Attributes": {"tier": "gold"}}),
}
# The AWS CLI takes a second for each call.
EACH = [("boto3", operation) for operation in CALLS]
EACH += [("the AWS CLI", operation) for operation in ("ListAssociatedContacts", "StopContact")]
each_call = pytest.mark.parametrize("kind, operation", EACH)


def rejected(caller, operation, contact=CONTACT, **changed):
    """The error of a call."""
    name, parameters = CALLS[operation]
    known = {"InstanceId": INSTANCE, **({name: contact} if name else {})}
    with pytest.raises(Rejected) as caught:
        caller.call(operation, **{**known, **parameters, **changed})
    return caught.value


def test_every_operation_of_the_endpoint_is_called(served_operations):
    assert sorted(CALLS) == served_operations


@each_call
def test_a_key_that_is_not_known(caller_of, url, kind, operation):
    error = rejected(caller_of(kind, url, key="AKIDUNKNOWN"), operation)
    assert error.code == "UnrecognizedClientException"


@each_call
def test_a_wrong_secret(caller_of, url, kind, operation):
    error = rejected(caller_of(kind, url, secret="wrong"), operation)
    assert error.code == "InvalidSignatureException"


def test_a_wrong_session_token(url):
    error = rejected(Boto3(url, KEY, SECRET, token="x"), "ListAssociatedContacts")
    assert error.code == "UnrecognizedClientException"


@each_call
def test_a_signature_of_half_an_hour_ago(caller_of, url, kind, operation):
    error = rejected(caller_of(kind, url, tampering="expired"), operation)
    assert error.code == "InvalidSignatureException"
    assert error.message.startswith("Signature expired: ")


@each_call
def test_a_path_query_or_body_that_is_not_what_was_signed(caller_of, url, kind, operation):
    error = rejected(caller_of(kind, url, tampering="altered"), operation)
    assert error.code == "InvalidSignatureException"
    assert "does not match" in error.message


@each_call
def test_a_contact_or_instance_that_is_not_there(caller_of, url, kind, operation):
    nobody = {"InstanceId": "nowhere"} if operation == "SearchContacts" else {"contact": "nobody"}
    error = rejected(caller_of(kind, url), operation, **nobody)
    is_active = operation == "StopContact"
    assert error.code == ("ContactNotFoundException" if is_active else "ResourceNotFoundException")


@each_call
def test_a_member_that_is_too_long(caller_of, url, kind, operation):
    error = rejected(caller_of(kind, url), operation, InstanceId="x" * 101)
    assert error.code == "InvalidParameterException"
    assert "/InstanceId" in error.message


@pytest.mark.parametrize(
    "operation, changed, member",
    [
        ("ListAssociatedContacts", {"MaxResults": 0}, "/MaxResults"),
        ("ListContactReferences", {"ReferenceTypes": []}, "/ReferenceTypes"),
        ("SearchContacts", {"TimeRange": None}, "/TimeRange"),
        ("StartChatContact", {"ParticipantDetails": {"DisplayName": ""}}, "/ParticipantDetails/DisplayName"),
        ("StartOutboundVoiceContact", {"TrafficType": "JAM"}, "/TrafficType"),
        ("StartTaskContact", {"Name": None}, "/Name"),
        ("TagContact", {"Tags": {"": "x"}}, "/Tags"),
        ("TransferContact", {"ContactFlowId": None}, "/ContactFlowId"),
        ("UpdateContactAttributes", {"Attributes": {"x" * 32768: "y"}}, "/Attributes"),
    ],
)
def test_what_boto3_does_not_check_the_endpoint_does(url, operation, changed, member):
    error = rejected(Boto3(url, KEY, SECRET, validates=False), operation, **changed)
    assert error.code == "InvalidParameterException"
    assert member in error.message


def test_stopping_twice(caller_of, url):
    caller = caller_of("boto3", url)
    task = caller.call("StartTaskContact", InstanceId=INSTANCE, Name="task")["ContactId"]
    caller.call("StopContact", InstanceId=INSTANCE, ContactId=task)
    assert rejected(caller, "StopContact", contact=task).code == "ContactNotFoundException"


@pytest.fixture(scope="module")
def throttling(serve):
    return serve("--quota", "0.001/1")


@each_call
def test_a_quota_that_is_exceeded(caller_of, throttling, kind, operation):
    # The first caller gets past, the others not even by trying again.
    caller = caller_of(kind, throttling, attempts=2)
    try:
        rejected(caller, operation, contact="nobody")
    except pytest.fail.Exception:
        pass
    error = rejected(caller, operation)
    assert (error.code, error.message, error.retries) == ("ThrottlingException", "Rate exceeded", 1)


KEYS = """
[[key]]
access_key_id = "AKIDREADER"
secret_access_key = "reader-secret"
operations = ["DescribeContact"]
instances = ["*"]

[[key]]
access_key_id = "AKIDGUEST"
secret_access_key = "guest-secret"
operations = ["*"]
instances = ["elsewhere"]
"""


@pytest.fixture(scope="module")
def restricting(serve, tmp_path_factory):
    file = tmp_path_factory.mktemp("keys") / "keys.toml"
    file.touch(mode=0o600)
    file.write_text(KEYS)
    return serve("--keys", file)


@each_call
def test_a_right_that_is_missing(caller_of, restricting, kind, operation):
    reader = caller_of(kind, restricting, key="AKIDREADER", secret="reader-secret")
    guest = caller_of(kind, restricting, key="AKIDGUEST", secret="guest-secret")
    if operation == "DescribeContact":
        contact = reader.call(operation, InstanceId=INSTANCE, ContactId=CONTACT)["Contact"]
        assert contact["Id"] == CONTACT
        callers = [guest]
    else:
        callers = [reader, guest]
    for caller in callers:
        error = rejected(caller, operation)
        assert error.code == "AccessDeniedException"
        assert f"connect:{operation}" in error.message

"""Every operation, as a service desk uses them."""

import datetime
import uuid

import pytest
from records import CONTACT, INSTANCE


@pytest.fixture(params=["boto3", "the AWS CLI"])
def call(request, caller_of, url):
    """Calls an operation on the samples' instance."""
    caller = caller_of(request.param, url)
    return lambda operation, **parameters: caller.call(operation, InstanceId=INSTANCE, **parameters)


def all_pages(call, operation, items, **parameters):
    """The sizes of the pages, and what is on them."""
    sizes, found = [], []
    while True:
        page = call(operation, **parameters)
        sizes.append(len(page[items]))
        found += page[items]
        if "NextToken" not in page:
            return sizes, found
        parameters["NextToken"] = page["NextToken"]


def test_a_tree_is_made_read_searched_and_stopped(call):
    order = str(uuid.uuid4())
    dial = {
        "DestinationPhoneNumber": "+4915112345678",
        "SourcePhoneNumber": "+493012345678",
        "ContactFlowId": "flow",
        "QueueId": "support",
        "Attributes": {"order": order, "tier": "gold"},
        "ClientToken": str(uuid.uuid4()),
    }
    voice = call("StartOutboundVoiceContact", **dial)["ContactId"]
    assert call("StartOutboundVoiceContact", **dial)["ContactId"] == voice, "a repeated request starts nothing"
    begun = call(
        "StartChatContact",
        ContactFlowId="flow",
        ParticipantDetails={"DisplayName": "Ada"},
        InitialMessage={"ContentType": "text/plain", "Content": "Hello"},
        Attributes={"tier": "silver"},
        RelatedContactId=voice,
    )
    chat = begun["ContactId"]
    assert begun["ParticipantId"] and begun["ParticipantToken"]
    task = call(
        "StartTaskContact",
        Name="Call back",
        Description="She asked for it.",
        RelatedContactId=voice,
        References={
            "case": {"Type": "URL", "Value": "https://example.com/7"},
            "amount": {"Type": "NUMBER", "Value": "12"},
        },
    )["ContactId"]
    write = {"Name": "Write", "PreviousContactId": task, "Attributes": {"order": order}}
    follow_up = call("StartTaskContact", **write)["ContactId"]
    transferred = call("TransferContact", ContactId=task, QueueId="second-level", ContactFlowId="flow")
    moved = transferred["ContactId"]
    assert transferred["ContactArn"].endswith(f"instance/{INSTANCE}/contact/{moved}")

    contacts = {voice, chat, task, follow_up, moved}
    sizes, tree = all_pages(call, "ListAssociatedContacts", "ContactSummaryList", ContactId=chat, MaxResults=2)
    assert (sizes, {contact["ContactId"] for contact in tree}) == ([2, 2, 1], contacts)
    links = {
        contact["ContactId"]: (
            contact["Channel"],
            contact["InitiationMethod"],
            contact.get("PreviousContactId"),
            contact.get("RelatedContactId"),
            "DisconnectTimestamp" in contact,
        )
        for contact in tree
    }
    assert links == {
        voice: ("VOICE", "API", None, None, False),
        chat: ("CHAT", "API", None, voice, False),
        task: ("TASK", "API", None, voice, True),
        follow_up: ("TASK", "API", task, None, False),
        moved: ("TASK", "TRANSFER", task, None, False),
    }

    call("UpdateContactAttributes", InitialContactId=moved, Attributes={"tier": "platinum", "mood": "calm"})
    attributes = {"order": order, "tier": "platinum", "mood": "calm"}
    for contact, expected in [
        (task, attributes),
        (follow_up, attributes),
        (voice, {"order": order, "tier": "gold"}),
        (chat, {"order": order, "tier": "silver"}),
    ]:
        assert call("GetContactAttributes", InitialContactId=contact)["Attributes"] == expected

    note = {"note": {"Type": "STRING", "Value": "Prefers mornings."}}
    call("UpdateContact", ContactId=task, Name="Called back", References=note)
    references = call("ListContactReferences", ContactId=task, ReferenceTypes=["URL", "STRING"])
    assert sorted(references["ReferenceSummaryList"], key=str) == [
        {"String": {"Name": "note", "Value": "Prefers mornings."}},
        {"Url": {"Name": "case", "Value": "https://example.com/7"}},
    ]
    call("TagContact", ContactId=task, Tags={"team": "travel", "wrong:one": ""})
    call("UntagContact", ContactId=task, TagKeys=["wrong:one"])
    contact = call("DescribeContact", ContactId=task)["Contact"]
    assert (contact["Id"], contact["Name"], contact["Description"]) == (task, "Called back", "She asked for it.")
    assert (contact["Tags"], contact["Attributes"]) == ({"team": "travel"}, attributes)
    queue = call("DescribeContact", ContactId=moved)["Contact"]["QueueInfo"]
    assert queue["Id"] == "second-level"

    now = datetime.datetime.now(datetime.timezone.utc)
    search = {
        "TimeRange": {
            "Type": "INITIATION_TIMESTAMP",
            "StartTime": (now - datetime.timedelta(hours=1)).isoformat(),
            "EndTime": (now + datetime.timedelta(hours=1)).isoformat(),
        },
        "SearchCriteria": {
            "Channels": ["TASK", "VOICE"],
            "SearchableContactAttributes": {"Criteria": [{"Key": "order", "Values": [order]}]},
        },
        "Sort": {"FieldName": "INITIATION_TIMESTAMP", "Order": "ASCENDING"},
    }
    sizes, found = all_pages(call, "SearchContacts", "Contacts", MaxResults=3, **search)
    assert [contact["Id"] for contact in found] == [voice, task, follow_up, moved]
    assert sizes == [3, 1]

    call("StopContact", ContactId=moved, DisconnectReason={"Code": "DISCARDED"})
    contact = call("DescribeContact", ContactId=moved)["Contact"]
    assert contact["DisconnectReason"] == "DISCARDED"
    assert contact["DisconnectTimestamp"] > contact["InitiationTimestamp"]


def test_the_tree_of_a_record_grows(call):
    before, _ = all_pages(call, "ListAssociatedContacts", "ContactSummaryList", ContactId=CONTACT)
    task = call("StartTaskContact", Name="Follow up", RelatedContactId=CONTACT)["ContactId"]
    after, contacts = all_pages(call, "ListAssociatedContacts", "ContactSummaryList", ContactId=CONTACT)
    assert sum(after) == sum(before) + 1
    # The latest comes last, but for contacts without a time.
    assert contacts[-1]["ContactId"] == task
    call("StopContact", ContactId=task)

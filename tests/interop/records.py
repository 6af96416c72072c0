"""What the sample records say, read without any of our code."""

import json
from datetime import datetime

INSTANCE = "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48"
# A contact of the largest tree.
CONTACT = "51705299-7f7e-4b61-91df-49e93d3ec8a9"


def trees(records):
    """The records of each tree, found by joining IDs that refer to each other, however that goes; the largest first."""
    parent = {}

    def root(contact_id):
        while parent.setdefault(contact_id, contact_id) != contact_id:
            contact_id = parent[contact_id]
        return contact_id

    records = list(records)
    for record in records:
        for name in ("previous", "initial", "related"):
            if record[name]:
                parent[root(record[name])] = root(record["id"])
    joined = {}
    for record in records:
        joined.setdefault(root(record["id"]), []).append(record)
    return sorted(joined.values(), key=len, reverse=True)


def read(line):
    """A contact record, or the detail of a contact event."""
    item = json.loads(line)
    if "detail" in item:
        item = {name[0].upper() + name[1:]: value for name, value in item["detail"].items()}
        item["InstanceARN"] = item["InstanceArn"]
    names = ("InitialContactId", "PreviousContactId", "RelatedContactId", "InitiationMethod", "Channel")
    times = ("InitiationTimestamp", "DisconnectTimestamp")
    return {
        "id": item["ContactId"],
        "instance": item["InstanceARN"].rsplit("/", 1)[1],
        "initial": item.get("InitialContactId"),
        "previous": item.get("PreviousContactId"),
        "related": item.get("RelatedContactId"),
        "summary": {
            "ContactId": item["ContactId"],
            "ContactArn": f"{item['InstanceARN']}/contact/{item['ContactId']}",
            **{name: item[name] for name in names if item.get(name)},
            **{
                name: datetime.fromisoformat(item[name].replace("Z", "+00:00"))
                for name in times
                if item.get(name)
            },
        },
    }

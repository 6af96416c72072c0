"""Trees, page by page, are what the records say."""

import pytest
from callers import Boto3
from conftest import KEY, SECRET


@pytest.fixture(scope="module")
def client(url):
    return Boto3(url, KEY, SECRET).client


def pages(client, **arguments):
    """All summaries, page by page: AWS's model has no paginator for this operation."""
    summaries, count = [], 0
    while True:
        page = client.list_associated_contacts(**arguments)
        summaries += page["ContactSummaryList"]
        count += 1
        if "NextToken" not in page:
            return summaries, count
        arguments["NextToken"] = page["NextToken"]


def test_whichever_contact_is_asked_for_its_whole_tree_comes(client, trees):
    for tree in trees:
        expected = sorted(record["id"] for record in tree)
        by_id = {record["id"]: record["summary"] for record in tree}
        for asked_for in (tree[0]["id"], tree[-1]["id"]):
            for size in (1, 7, 50, 100) if len(tree) < 5 else (7, 50, 100):
                arguments = {"InstanceId": tree[0]["instance"], "ContactId": asked_for, "MaxResults": size}
                summaries, count = pages(client, **arguments)
                assert sorted(summary["ContactId"] for summary in summaries) == expected
                assert count == -(-len(tree) // size)
        for summary in summaries:
            assert summary == by_id[summary["ContactId"]]
        order = [(summary["InitiationTimestamp"], summary["ContactId"]) for summary in summaries]
        assert order == sorted(order)


@pytest.mark.parametrize(
    "changed, status, code",
    [
        ({"ContactId": "x"}, 404, "ResourceNotFoundException"),
        ({"InstanceId": "x"}, 404, "ResourceNotFoundException"),
        ({"MaxResults": 101}, 400, "InvalidParameterException"),
        ({"ContactId": "x" * 257}, 400, "InvalidParameterException"),
        ({"NextToken": "x"}, 400, "InvalidRequestException"),
        ({"ContactId": "of another tree"}, 400, "InvalidRequestException"),
    ],
)
def test_what_is_wrong_has_status_and_code(client, trees, changed, status, code):
    known = {"InstanceId": trees[0][0]["instance"], "ContactId": trees[0][0]["id"]}
    if changed == {"ContactId": "of another tree"}:
        token = client.list_associated_contacts(**known)["NextToken"]
        changed = {"ContactId": trees[1][0]["id"], "NextToken": token}
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.list_associated_contacts(**{**known, **changed})
    response = caught.value.response
    assert (response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]) == (status, code)

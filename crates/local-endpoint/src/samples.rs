//! Contacts to try things with: a day at a travel agency, invented.
//!
//! They are exported as Amazon Connect would: contact records, and contact events for contacts that have not ended.
//! IDs never change.

mod centre;
mod day;

use std::collections::HashMap;
use std::fmt::Write;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use serde_json::json;
use sha2::{Digest, Sha256};

pub use self::centre::write_centre;
use self::day::{DAY, OPEN, OTHERS};
use crate::random::uuid_of;

/// The instance that the samples belong to.
pub const INSTANCE_ID: &str = "5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
/// Its ARN.
pub const INSTANCE_ARN: &str =
    "arn:aws:connect:eu-central-1:111122223333:instance/5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48";
/// The call that began the large tree: a choir is stranded, and 126 contacts later it is not.
pub const CONTACT_ID: &str = "51705299-7f7e-4b61-91df-49e93d3ec8a9";
/// A contact that is alone in its tree.
pub const SINGLE_CONTACT_ID: &str = "c8399fe9-148a-46e7-a98f-d98b72099b2a";
/// A contact that has not ended and is alone in its tree.
pub const OPEN_CONTACT_ID: &str = "12099780-4c51-4645-8753-37e49c83ed10";

const ACCOUNT: &str = "111122223333";
/// 2026-03-14T00:00:00Z
const MIDNIGHT: i64 = 1_773_446_400;

/// Name, what it hangs under, channel, initiation method, start, seconds until it ends.
struct Row(
    &'static str,
    Link,
    &'static str,
    &'static str,
    &'static str,
    u32,
);

#[derive(Clone, Copy)]
enum Link {
    /// The first of a tree.
    First,
    /// It came from another contact and belongs to the same chain.
    After(&'static str),
    /// The first of a chain that belongs to another contact.
    Related(&'static str),
}

/// The samples as a file that Amazon Connect might have exported: one JSON object per line.
#[must_use]
pub fn records() -> String {
    let rows = || DAY.iter().chain(OTHERS);
    let links: HashMap<_, _> = rows().map(|Row(name, link, ..)| (*name, *link)).collect();
    let mut file = String::new();
    for Row(name, link, channel, method, start, seconds) in rows() {
        let mut first = *name;
        while let Some(Link::After(previous)) = links.get(first) {
            first = previous;
        }
        let initial = (first != *name).then(|| contact_id(first));
        let (previous, related) = match link {
            Link::First => (None, None),
            Link::After(previous) => (Some(contact_id(previous)), None),
            Link::Related(related) => (None, Some(contact_id(related))),
        };
        let start = MIDNIGHT + seconds_of(start);
        let id = contact_id(name);
        let object = if *seconds == OPEN {
            json!({
                "version": "0", "detail-type": "Amazon Connect Contact Event", "source": "aws.connect",
                "account": ACCOUNT, "time": time(start), "region": "eu-central-1",
                "resources": [INSTANCE_ARN, format!("{INSTANCE_ARN}/contact/{id}")],
                "detail": {
                    "eventType": "INITIATED", "contactId": id, "initialContactId": initial,
                    "previousContactId": previous, "relatedContactId": related, "channel": channel,
                    "instanceArn": INSTANCE_ARN, "initiationMethod": method, "initiationTimestamp": time(start),
                },
            })
        } else {
            let end = start + i64::from(*seconds);
            json!({
                "AWSAccountId": ACCOUNT, "AWSContactTraceRecordFormatVersion": "2017-03-10", "Agent": null,
                "Attributes": {}, "Channel": channel, "ContactId": id, "DisconnectTimestamp": time(end),
                "InitialContactId": initial, "InitiationMethod": method, "InitiationTimestamp": time(start),
                "InstanceARN": INSTANCE_ARN, "LastUpdateTimestamp": time(end + 90), "NextContactId": null,
                "PreviousContactId": previous, "Queue": null, "RelatedContactId": related,
            })
        };
        // Writing to a string cannot fail.
        let _ = writeln!(file, "{object}");
    }
    file
}

/// The ID of a contact, made from its name: it stays when the story is rewritten around it.
fn contact_id(name: &str) -> String {
    let [bytes @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = Sha256::digest(name).0;
    uuid_of(bytes)
}

fn seconds_of(time: &str) -> i64 {
    time.split(':')
        .filter_map(|part| part.parse::<i64>().ok())
        .fold(0, |sum, part| 60 * sum + part)
}

fn time(seconds: i64) -> String {
    // Fails only beyond the year 9999.
    DateTime::from_secs(seconds)
        .fmt(Format::DateTime)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests;

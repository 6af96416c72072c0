//! A page as Amazon Connect writes it.

use std::fmt::{Error, Write as _};

const INSTANCE: &str =
    "arn:aws:connect:us-east-1:123456789012:instance/8f14e45f-ceea-467f-a0e6-1d2b3c4d5e6f";
/// What the contacts of a tree are: the channel and how each began, by turns.
const KINDS: [(&str, &str); 5] = [
    ("VOICE", "INBOUND"),
    ("VOICE", "QUEUE_TRANSFER"),
    ("VOICE", "CALLBACK"),
    ("CHAT", "API"),
    ("EMAIL", "AGENT_REPLY"),
];
/// When the first contact began, in milliseconds since 1970, and how much later each of the others.
const BEGAN: usize = 1_763_800_000_123;
const LATER: usize = 61_457;

/// The JSON of a page with that many contacts, all members set, about 500 bytes each.
pub(crate) fn page(contacts: usize) -> Result<String, Error> {
    let mut page = String::from(r#"{"ContactSummaryList":["#);
    for contact in 0..contacts {
        if contact > 0 {
            page.push(',');
        }
        let (id, previous) = (uuid(contact), uuid(contact.saturating_sub(1)));
        let (initial, related) = (uuid(0), uuid(contact / 2));
        let (channel, method) = KINDS[contact % KINDS.len()];
        let (began, ended) = (BEGAN + contact * LATER, BEGAN + (contact + 3) * LATER);
        write!(
            page,
            r#"{{"Channel":"{channel}","ContactArn":"{INSTANCE}/contact/{id}","ContactId":"{id}","#
        )?;
        write!(page, r#""DisconnectTimestamp":{},"#, Seconds(ended))?;
        write!(
            page,
            r#""InitialContactId":"{initial}","InitiationMethod":"{method}","#
        )?;
        write!(page, r#""InitiationTimestamp":{},"#, Seconds(began))?;
        write!(
            page,
            r#""PreviousContactId":"{previous}","RelatedContactId":"{related}"}}"#
        )?;
    }
    page.push_str("]}");
    Ok(page)
}

/// A UUID that looks like any other and is always the same for the same contact.
fn uuid(contact: usize) -> String {
    let mut bits = contact as u128 + 1;
    for _ in 0..4 {
        bits = bits.wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645) ^ (bits >> 64);
    }
    let hex = format!("{bits:032x}");
    let (a, b, c, d) = (&hex[..8], &hex[8..12], &hex[13..16], &hex[17..20]);
    format!("{a}-{b}-4{c}-8{d}-{}", &hex[20..])
}

/// Milliseconds as the protocol writes them: seconds with a fraction.
struct Seconds(usize);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:03}", self.0 / 1000, self.0 % 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_a_hundred_has_about_fifty_kilobytes() {
        let page = page(100).unwrap();
        assert!((48_000..54_000).contains(&page.len()), "{}", page.len());
        assert_eq!(page.matches(r#""ContactId":""#).count(), 100);
    }

    #[test]
    fn every_contact_has_its_own_id() {
        let ids: std::collections::BTreeSet<String> = (0..100).map(uuid).collect();
        assert_eq!(ids.len(), 100);
        assert!(ids.iter().all(|id| id.len() == 36));
    }
}

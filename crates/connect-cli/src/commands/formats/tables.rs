//! Contacts as records and as a table.

use contact_tree::{Contact, Forest, Timestamp};
use serde_json::{Value, json};

use super::link_name;

/// Contact records with what the service returns: no agent, queue or attributes.
pub(crate) fn records(forest: &Forest) -> String {
    let records = forest.iter().map(|node| record(node.contact()));
    records.map(|record| format!("{record}\n")).collect()
}

fn record(contact: &Contact) -> Value {
    // arn:aws:connect:REGION:ACCOUNT:instance/INSTANCE/contact/CONTACT
    let arn = contact.arn.as_deref();
    let instance = arn.and_then(|arn| Some(arn.split_once("/contact/")?.0));
    let account = instance.and_then(|instance| instance.split(':').nth(4));
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    json!({
        "AWSAccountId": account,
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "InstanceARN": instance,
        "ContactId": contact.id,
        "InitialContactId": contact.initial_contact_id,
        "PreviousContactId": contact.previous_contact_id,
        "RelatedContactId": contact.related_contact_id,
        "Channel": contact.channel,
        "InitiationMethod": contact.initiation_method,
        "InitiationTimestamp": time(contact.initiation_time),
        "DisconnectTimestamp": time(contact.disconnect_time),
        // The newest time that is known: records are kept by it.
        "LastUpdateTimestamp": time(contact.disconnect_time.max(contact.initiation_time)),
    })
}

/// The first line of a table.
pub(crate) const CSV_HEADER: &str = "depth,contact_id,parent_contact_id,link,channel,initiation_method,initiation_timestamp,\
        disconnect_timestamp,duration_seconds,initial_contact_id,previous_contact_id,related_contact_id,contact_arn\n";

/// A table.
pub(crate) fn csv(forest: &Forest, raw: bool) -> String {
    CSV_HEADER.to_owned() + &csv_rows(forest, raw)
}

/// The same without its first line.
pub(crate) fn csv_rows(forest: &Forest, raw: bool) -> String {
    let line = |fields: [Option<String>; 13]| {
        let fields = fields.map(|field| cell(field.unwrap_or_default(), raw));
        format!("{}\n", fields.join(","))
    };
    rows(forest).map(line).collect()
}

/// What stands in the columns of [`CSV_HEADER`].
pub(crate) fn rows(forest: &Forest) -> impl Iterator<Item = [Option<String>; 13]> {
    forest.depth_first().map(|node| {
        let contact = node.contact();
        let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
        let duration = contact.duration();
        [
            Some(node.depth().to_string()),
            Some(contact.id.clone()),
            node.parent().map(|parent| parent.contact().id.clone()),
            node.link().map(|link| link_name(link).to_owned()),
            contact.channel.clone(),
            contact.initiation_method.clone(),
            time(contact.initiation_time),
            time(contact.disconnect_time),
            duration.map(|duration| duration.as_secs().to_string()),
            contact.initial_contact_id.clone(),
            contact.previous_contact_id.clone(),
            contact.related_contact_id.clone(),
            contact.arn.clone(),
        ]
    })
}

/// What makes a spreadsheet take a cell for a formula, at its beginning; the wide ones where it is set to East Asia.
const FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// A CSV field, in quotes where it needs them, and as text unless it is to be `raw`.
fn cell(field: String, raw: bool) -> String {
    let mark = if !raw && field.starts_with(FORMULA) {
        "'"
    } else {
        ""
    };
    if field.contains([',', '"', '\n', '\r']) || !mark.is_empty() {
        format!("\"{mark}{}\"", field.replace('"', "\"\""))
    } else {
        field
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn forest() -> Forest {
        let contact =
            |id: &str, previous: Option<&str>, related: Option<&str>, seconds: i64| Contact {
                id: id.to_owned(),
                arn: Some(format!(
                    "arn:aws:connect:us-east-1:111122223333:instance/i-1/contact/{id}"
                )),
                previous_contact_id: previous.map(str::to_owned),
                related_contact_id: related.map(str::to_owned),
                channel: Some("VOICE".to_owned()),
                initiation_time: Some(Timestamp::from_secs(1_700_000_000 + seconds)),
                ..Contact::default()
            };
        Forest::new([
            contact("a", None, None, 0),
            contact("b, \"x\"", Some("a"), None, 60),
            contact("c", None, Some("a"), 120),
        ])
    }

    #[test]
    fn records_are_those_that_amazon_connect_exports() {
        let text = records(&forest());
        let first: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        assert_eq!(
            first,
            json!({
                "AWSAccountId": "111122223333",
                "AWSContactTraceRecordFormatVersion": "2017-03-10",
                "InstanceARN": "arn:aws:connect:us-east-1:111122223333:instance/i-1",
                "ContactId": "a", "InitialContactId": null, "PreviousContactId": null, "RelatedContactId": null,
                "Channel": "VOICE", "InitiationMethod": null, "InitiationTimestamp": "2023-11-14T22:13:20Z",
                "DisconnectTimestamp": null, "LastUpdateTimestamp": "2023-11-14T22:13:20Z",
            })
        );
        assert_eq!(text.lines().count(), 3);
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let text = csv(&forest(), false);
        let row = text.lines().find(|line| line.starts_with('1')).unwrap();
        assert!(
            row.starts_with(
                "1,\"b, \"\"x\"\"\",a,PreviousContactId,VOICE,,2023-11-14T22:14:20Z,,,"
            ),
            "{row}"
        );
        let columns = text.lines().next().unwrap().split(',').count();
        assert_eq!(text.lines().nth(1).unwrap().split(',').count(), columns);
    }

    #[test]
    fn no_cell_is_a_formula_unless_it_may_be() {
        for (field, expected, raw) in [
            ("=1+1", "\"'=1+1\"", "=1+1"),
            ("+1", "\"'+1\"", "+1"),
            ("-1", "\"'-1\"", "-1"),
            ("@x", "\"'@x\"", "@x"),
            ("\t=1", "\"'\t=1\"", "\t=1"),
            ("\r=1", "\"'\r=1\"", "\"\r=1\""),
            ("=\"a\",b", "\"'=\"\"a\"\",b\"", "\"=\"\"a\"\",b\""),
            ("\u{ff1d}1", "\"'\u{ff1d}1\"", "\u{ff1d}1"),
            ("a=1", "a=1", "a=1"),
            ("'", "'", "'"),
        ] {
            assert_eq!(cell(field.to_owned(), false), expected);
            assert_eq!(cell(field.to_owned(), true), raw);
        }
    }
}

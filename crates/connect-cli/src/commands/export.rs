//! `connect export`.

mod journal;
mod many;
#[cfg(feature = "parquet")]
mod parquet;

use std::collections::HashMap;
use std::path::PathBuf;

use contact_tree::{Contact, Forest, Link, Timestamp};
use serde_json::{Value, json};

use super::contacts;
use super::tree::{link_name, local_zone};
use crate::failure::Failure;
use crate::settings::Settings;

/// Write a contact tree for other tools, or many into a file
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    tree: contacts::TreeArguments,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "records")]
    format: Format,
    /// Leave CSV cells as they are that a spreadsheet would take for formulas; else they begin with an apostrophe
    #[arg(long)]
    raw_cells: bool,
    /// Write into this file; with --contact-ids or --ids-from, a journal beside it says what is done, and the same command
    /// goes on after an interruption
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    many: many::Arguments,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// Contact records, one JSON object a line, as `connect import` reads them
    Records,
    /// A table with a header, in the order in which the tree is drawn
    Csv,
    /// A graph for Graphviz
    Dot,
    /// A flowchart for Mermaid
    Mermaid,
    /// A table of many trees in Apache Parquet
    #[cfg(feature = "parquet")]
    Parquet,
    /// A picture of the contacts over time, in the local time zone
    Svg,
}

/// Runs the command.
///
/// # Errors
///
/// Anything that can go wrong with it.
pub(crate) async fn run(arguments: Arguments, settings: &Settings) -> Result<(), Failure> {
    if arguments.many.is_given() {
        return many::run(arguments, settings).await;
    }
    let contacts = contacts::fetch(arguments.tree, settings).await?;
    let forest = &contacts.forest;
    let text = match arguments.format {
        Format::Records => records(forest),
        Format::Csv => csv(forest, arguments.raw_cells),
        Format::Dot => dot(forest),
        Format::Mermaid => mermaid(forest),
        #[cfg(feature = "parquet")]
        Format::Parquet => {
            let message = "Parquet is written with --contact-ids or --ids-from, into --out";
            return Err(Failure::Usage(message.to_owned()));
        }
        Format::Svg => forest.timeline(local_zone()).svg(Some(&contacts.asked_for)),
    };
    if let Format::Mermaid = arguments.format {
        for limit in over_limits(&text) {
            crate::note(&limit);
        }
    }
    if let Some(path) = &arguments.out {
        return std::fs::write(path, text).map_err(|error| Failure::file("write", path, error));
    }
    settings.print(&text)
}

/// Contact records with what the service returns: no agent, queue or attributes.
fn records(forest: &Forest) -> String {
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

const CSV_HEADER: &str = "depth,contact_id,parent_contact_id,link,channel,initiation_method,initiation_timestamp,\
        disconnect_timestamp,duration_seconds,initial_contact_id,previous_contact_id,related_contact_id,contact_arn\n";

fn csv(forest: &Forest, raw: bool) -> String {
    CSV_HEADER.to_owned() + &csv_rows(forest, raw)
}

fn csv_rows(forest: &Forest, raw: bool) -> String {
    let line = |fields: [Option<String>; 13]| {
        let fields = fields.map(|field| cell(field.unwrap_or_default(), raw));
        format!("{}\n", fields.join(","))
    };
    rows(forest).map(line).collect()
}

/// What stands in the columns of [`CSV_HEADER`].
fn rows(forest: &Forest) -> impl Iterator<Item = [Option<String>; 13]> {
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

fn dot(forest: &Forest) -> String {
    let node = |place, label: [String; 3]| {
        let lines = label.map(|line| dot_text(&line)).join("\\n");
        format!("    n{place} [label=\"{lines}\"];\n")
    };
    let edge = |parent, child, link| {
        let style = match link {
            Link::Previous => "",
            Link::Initial => " [style=dotted]",
            Link::Related => " [style=dashed]",
        };
        format!("    n{parent} -> n{child}{style};\n")
    };
    let graph = graph(forest, node, edge);
    format!("digraph contacts {{\n    node [shape=box];\n{graph}}}\n")
}

/// Text inside a quoted label. Graphviz reads escapes with a backslash and HTML entities in it, and ends at a NUL.
fn dot_text(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('&', "&amp;");
    text.replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace('\0', "\u{fffd}")
}

fn mermaid(forest: &Forest) -> String {
    let node = |place, label: [String; 3]| {
        let lines = label.map(|line| mermaid_text(&line)).join("<br/>");
        format!("    n{place}[\"{lines}\"]\n")
    };
    let edge = |parent, child, link| {
        let arrow = match link {
            Link::Previous => "-->",
            Link::Initial | Link::Related => "-.->",
        };
        format!("    n{parent} {arrow} n{child}\n")
    };
    format!("flowchart TD\n{}", graph(forest, node, edge))
}

/// Text inside a quoted label. All that could mean something to Mermaid, to HTML or to Markdown is written as an entity.
fn mermaid_text(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '"' => escaped += "#quot;",
            ' ' | '-' | '.' | ',' | ':' | '?' => escaped.push(character),
            character if character.is_alphanumeric() => escaped.push(character),
            character if character.is_control() => escaped.push(' '),
            character => escaped += &format!("#{};", u32::from(character)),
        }
    }
    escaped
}

/// What of a graph is more than Mermaid draws by default, in words.
fn over_limits(graph: &str) -> Vec<String> {
    let is_edge = |line: &&str| !line.contains('[');
    let edges = graph.lines().skip(1).filter(is_edge).count();
    [
        ("edges", edges, 500, "maxEdges"),
        ("characters", graph.chars().count(), 50_000, "maxTextSize"),
    ]
    .into_iter()
    .filter(|(_, count, limit, _)| count > limit)
    .map(|(what, count, limit, setting)| {
        format!("The graph has {count} {what}; Mermaid draws up to {limit}, unless its setting {setting} is raised")
    })
    .collect()
}

/// A line for each contact, from its place in [`Forest::iter`] and its label: what it is, when it began, its ID. Then one
/// for each link, from the places of parent and child. Two contacts may share an ID, so nodes are named by their place.
fn graph(
    forest: &Forest,
    line_of_node: impl Fn(usize, [String; 3]) -> String,
    line_of_edge: impl Fn(usize, usize, Link) -> String,
) -> String {
    let mut graph = String::new();
    let mut places = HashMap::new();
    for (place, node) in forest.iter().enumerate() {
        let contact = node.contact();
        let [channel, method] = [&contact.channel, &contact.initiation_method]
            .map(|text| text.as_deref().unwrap_or("?"));
        let begin = contact.initiation_time.map(|time| time.to_string());
        let label = [
            format!("{channel} {method}"),
            begin.unwrap_or_else(|| "?".to_owned()),
            contact.id.clone(),
        ];
        graph += &line_of_node(place, label);
        places.insert(node.id(), place);
    }
    for (child, node) in forest.iter().enumerate() {
        if let (Some(parent), Some(link)) = (node.parent(), node.link()) {
            graph += &line_of_edge(places[&parent.id()], child, link);
        }
    }
    graph
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forest() -> Forest {
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

    #[test]
    fn labels_stay_labels() {
        for (text, in_mermaid, in_dot) in [
            (
                "%%{init: {}}%%",
                "#37;#37;#123;init: #123;#125;#125;#37;#37;",
                "%%{init: {}}%%",
            ),
            ("a\"]; b", "a#quot;#93;#59; b", "a\\\"]; b"),
            (
                "`a` <b>&lt;",
                "#96;a#96; #60;b#62;#38;lt#59;",
                "`a` <b>&amp;lt;",
            ),
            (
                "#quot;\n\\N\\",
                "#35;quot#59; #92;N#92;",
                "#quot;\\n\\\\N\\\\",
            ),
            ("\0 ü", "  ü", "\u{fffd} ü"),
        ] {
            assert_eq!(mermaid_text(text), in_mermaid);
            assert_eq!(dot_text(text), in_dot);
        }
    }

    #[test]
    fn what_mermaid_does_not_draw_is_named() {
        let star = |count: usize| {
            let contact = |id: usize| Contact {
                id: id.to_string(),
                previous_contact_id: (id > 0).then(|| "0".to_owned()),
                ..Contact::default()
            };
            over_limits(&mermaid(&Forest::new((0..=count).map(contact))))
        };
        assert_eq!(star(500), [""; 0]);
        assert!(star(501)[0].contains("501 edges; Mermaid draws up to 500"));
        assert!(star(2000)[1].contains("characters; Mermaid draws up to 50000"));
    }

    #[test]
    fn graphs_have_an_edge_for_each_link() {
        let text = dot(&forest());
        assert!(text.starts_with("digraph contacts {\n") && text.ends_with("}\n"));
        assert!(
            text.contains("n1 [label=\"VOICE ?\\n2023-11-14T22:14:20Z\\nb, \\\"x\\\"\"];"),
            "{text}"
        );
        assert!(
            text.contains("n0 -> n1;") && text.contains("n0 -> n2 [style=dashed];"),
            "{text}"
        );
        let text = mermaid(&forest());
        assert!(
            text.contains("n1[\"VOICE ?<br/>2023-11-14T22:14:20Z<br/>b, #quot;x#quot;\"]"),
            "{text}"
        );
        assert!(
            text.contains("n0 --> n1") && text.contains("n0 -.-> n2"),
            "{text}"
        );
    }
}

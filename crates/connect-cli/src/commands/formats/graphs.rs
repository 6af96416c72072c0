//! Contacts as a graph.

use std::collections::HashMap;

use contact_tree::{Forest, Link};

/// A graph for Graphviz.
pub(crate) fn dot(forest: &Forest) -> String {
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

/// A flowchart for Mermaid.
pub(crate) fn mermaid(forest: &Forest) -> String {
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
pub(crate) fn over_limits(graph: &str) -> Vec<String> {
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
    use contact_tree::Contact;

    use super::super::tables::tests::forest;
    use super::*;

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

//! Which contacts of a tree are shown.

use std::collections::HashSet;

use contact_tree::{Forest, Node, Timestamp};

use super::search::date;

/// What is left out of a tree. Contacts above one that is shown are shown, too.
#[derive(Debug, clap::Args)]
pub(crate) struct Filter {
    /// Leave out contacts that hang more than so many levels below the first
    #[arg(long, value_name = "COUNT")]
    depth: Option<usize>,
    /// Leave out contacts that began before this date or time, or at an unknown one
    #[arg(long, value_name = "DATE", value_parser = date)]
    since: Option<jiff::Timestamp>,
    /// Leave out contacts of other channels than these, such as VOICE
    #[arg(long, value_name = "STRING", num_args = 1..)]
    channel: Vec<String>,
    /// Show the way from the first contact to the one that was asked for, and what hangs below that
    #[arg(long)]
    only_path: bool,
}

impl Filter {
    /// What is shown of a forest where this contact was asked for, and how many contacts are not.
    pub(crate) fn apply(&self, forest: &Forest, asked_for: &str) -> (Forest, usize) {
        let asked_for = forest.get(asked_for).filter(|_| self.only_path);
        let path = asked_for.map(|node| node.depth_first().map(Node::id));
        let path: Option<HashSet<_>> = path.map(Iterator::collect);
        let since = self.since.map(|since| {
            let nanos = since.subsec_nanosecond().max(0);
            Timestamp::new(since.as_second(), nanos.unsigned_abs())
        });
        let shown = forest.filter(|node| {
            let contact = node.contact();
            let is_one_of = |channel: &String| self.channel.contains(channel);
            self.depth.is_none_or(|depth| node.depth() <= depth)
                && since
                    .is_none_or(|since| contact.initiation_time.is_some_and(|time| time >= since))
                && (self.channel.is_empty() || contact.channel.as_ref().is_some_and(is_one_of))
                && path.as_ref().is_none_or(|path| path.contains(&node.id()))
        });
        let hidden = forest.len() - shown.len();
        (shown, hidden)
    }
}

#[cfg(test)]
mod tests {
    use contact_tree::Contact;

    use super::*;

    #[test]
    fn what_is_shown_hangs_together() {
        let contact = |id: &str, previous: &str, channel: &str, seconds: i64| Contact {
            id: id.to_owned(),
            previous_contact_id: Some(previous.to_owned()),
            channel: Some(channel.to_owned()),
            initiation_time: Some(Timestamp::from_secs(seconds)),
            ..Contact::default()
        };
        let all = [
            contact("a", "gone", "VOICE", 0),
            contact("b", "a", "VOICE", 10),
            contact("c", "b", "CHAT", 20),
            contact("d", "a", "TASK", 30),
            contact("e", "d", "VOICE", 40),
        ];
        let filter = |depth, since: Option<i64>, channel: &[&str], only_path| Filter {
            depth,
            since: since.map(|since| jiff::Timestamp::from_second(since).unwrap()),
            channel: channel
                .iter()
                .map(|channel| (*channel).to_owned())
                .collect(),
            only_path,
        };
        for (filter, expected) in [
            (filter(None, None, &[], false), "abcde"),
            (filter(Some(0), None, &[], false), "a"),
            (filter(Some(1), None, &[], false), "abd"),
            (filter(None, Some(21), &[], false), "ade"),
            (filter(None, None, &["CHAT"], false), "abc"),
            (filter(None, None, &["chat"], false), ""),
            (filter(None, None, &[], true), "abc"),
            (filter(None, None, &["VOICE"], true), "ab"),
        ] {
            let forest = Forest::new(all.clone());
            let (shown, hidden) = filter.apply(&forest, "b");
            let ids: String = shown
                .depth_first()
                .map(|node| node.contact().id.clone())
                .collect();
            assert_eq!((ids.as_str(), hidden), (expected, 5 - expected.len()));
            assert_eq!(shown.anomalies().len(), usize::from(!expected.is_empty()));
            assert_eq!(shown.get("a").is_some(), !expected.is_empty());
        }
    }
}

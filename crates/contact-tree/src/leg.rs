//! What an agent's call to somebody else was.

use std::time::Duration;

use crate::contact::{Contact, Link};
use crate::forest::Node;

/// Times are whole seconds: a talk or a difference below this is none.
const NONE: Duration = Duration::from_secs(2);

/// What became of the leg by which an agent called in somebody else.
///
/// The rules are those of the topic "Identify conferences and transfers" in Connect's administrator guide. They compare
/// the leg with the contact before it:
///
/// - Another agent, who began the work after the contact *earlier* than the first agent, was only consulted if there was
///   no talk with the customer, and in a conference if there was. Began it *later*, and the first agent's record has a
///   completed transfer: a transfer.
/// - A third party outside (`EXTERNAL_OUTBOUND` without an agent), who hung up *before* the first agent began the work
///   after the contact, was only consulted if the customer was on hold for longer than the third party could talk to the
///   customer, and in a conference if not. Hung up *later*, and after a completed transfer: a transfer.
///
/// Below two seconds, a talk or a difference counts as none, as in the guide's programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Leg {
    /// The agent asked somebody while the customer was on hold.
    Consult,
    /// Customer, agent and the other one talked together.
    Conference,
    /// The other one took over.
    Transfer,
    /// The records lack what the rules need.
    Unknown,
}

impl Leg {
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Consult => "consult",
            Self::Conference => "conference",
            Self::Transfer => "transfer",
            Self::Unknown => "unknown",
        }
    }
}

impl Node<'_> {
    /// What the contact was, if it is a leg by which an agent called in somebody else: it hangs under the contact before
    /// it, and was begun by `TRANSFER`, `EXTERNAL_OUTBOUND` or in a way that is not known.
    #[must_use]
    pub fn leg(self) -> Option<Leg> {
        let contact = self.contact();
        let method = contact.initiation_method.as_deref();
        let is_leg = self.link() == Some(Link::Previous)
            && matches!(method, None | Some("TRANSFER" | "EXTERNAL_OUTBOUND"));
        let parent = self.parent().filter(|_| is_leg)?;
        Some(judge(parent.contact(), contact).unwrap_or(Leg::Unknown))
    }
}

/// `None` where the records lack something.
fn judge(first: &Contact, second: &Contact) -> Option<Leg> {
    let (before, after) = (first.facts.as_deref()?, second.facts.as_deref());
    let left = before.after_contact_start?;
    let method = second.initiation_method.as_deref();
    let external =
        method == Some("EXTERNAL_OUTBOUND") && after.is_none_or(|facts| facts.agent.is_none());
    let other_left = if external {
        second.disconnect_time?
    } else {
        after?.after_contact_start?
    };
    if other_left > left {
        let transferred = before.transfer_time?;
        return (!external || other_left > transferred).then_some(Leg::Transfer);
    }
    if other_left == left {
        return None;
    }
    let only_consulted = if external {
        let (hold, talk) = (before.hold?, after?.third_party_talk?);
        hold.saturating_sub(talk) > NONE
    } else {
        after?.talk? < NONE
    };
    Some(if only_consulted {
        Leg::Consult
    } else {
        Leg::Conference
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Facts, Forest, Timestamp};

    fn time(seconds: i64) -> Option<Timestamp> {
        // 2024-08-02T17:50:00Z, the minute of the guide's records.
        Some(Timestamp::from_secs(1_722_621_000 + seconds))
    }

    fn contact(id: &str, previous: Option<&str>, facts: Facts) -> Contact {
        Contact {
            id: id.to_owned(),
            previous_contact_id: previous.map(str::to_owned),
            initial_contact_id: previous.map(str::to_owned),
            initiation_time: time(-300),
            disconnect_time: facts.after_contact_start,
            facts: Some(Box::new(facts)),
            ..Contact::default()
        }
    }

    fn agent(name: &str, left: i64) -> Facts {
        Facts {
            agent: Some(name.to_owned()),
            after_contact_start: time(left),
            ..Facts::default()
        }
    }

    fn leg(first: Contact, second: Contact) -> Option<Leg> {
        Forest::new([first, second]).get("2")?.leg()
    }

    /// Agent1 leaves at second 53, as in the guide's first record.
    #[test]
    fn another_agent_is_consulted_joins_or_takes_over() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (other_left, talk, transferred, expected) in [
            // The guide's pair: Agent2 leaves 14 seconds later. Whether it was a transfer is in a field it leaves out.
            (67, None, time(50), Leg::Transfer),
            (67, None, None, Leg::Unknown),
            (40, seconds(0), None, Leg::Consult),
            (40, seconds(1), None, Leg::Consult),
            (40, seconds(2), None, Leg::Conference),
            (40, seconds(20), None, Leg::Conference),
            // Others were consulted before the transfer.
            (40, seconds(0), time(50), Leg::Consult),
            (40, None, None, Leg::Unknown),
            (53, seconds(20), time(50), Leg::Unknown),
        ] {
            let first = Facts {
                transfer_time: transferred,
                ..agent("Agent1", 53)
            };
            let second = Facts {
                talk,
                ..agent("Agent2", other_left)
            };
            let found = leg(contact("1", None, first), contact("2", Some("1"), second));
            assert_eq!(
                found,
                Some(expected),
                "{other_left} {talk:?} {transferred:?}"
            );
        }
    }

    #[test]
    fn a_third_party_is_consulted_joins_or_takes_over() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (hung_up, hold, talk, transferred, expected) in [
            (time(40), seconds(30), seconds(10), None, Leg::Consult),
            (time(40), seconds(12), seconds(10), None, Leg::Conference),
            (time(40), seconds(5), seconds(30), None, Leg::Conference),
            (time(67), seconds(5), seconds(30), time(50), Leg::Transfer),
            (time(67), seconds(5), seconds(30), time(70), Leg::Unknown),
            (time(67), seconds(5), seconds(30), None, Leg::Unknown),
            (time(40), None, seconds(30), None, Leg::Unknown),
            (time(40), seconds(5), None, None, Leg::Unknown),
            (None, seconds(5), seconds(30), time(50), Leg::Unknown),
        ] {
            let first = Facts {
                hold,
                transfer_time: transferred,
                ..agent("Agent1", 53)
            };
            let facts = Facts {
                third_party_talk: talk,
                ..Facts::default()
            };
            let second = Contact {
                initiation_method: Some("EXTERNAL_OUTBOUND".to_owned()),
                disconnect_time: hung_up,
                ..contact("2", Some("1"), facts)
            };
            let found = leg(contact("1", None, first), second);
            assert_eq!(
                found,
                Some(expected),
                "{hung_up:?} {hold:?} {talk:?} {transferred:?}"
            );
        }
    }

    #[test]
    fn each_leg_is_compared_with_the_contact_before_it() {
        // The guide's third use: 1 calls 2 and 3, 2 calls 4 and 5.
        let talk = |seconds, facts| Facts {
            talk: Some(Duration::from_secs(seconds)),
            ..facts
        };
        let forest = Forest::new([
            contact(
                "1",
                None,
                Facts {
                    transfer_time: time(50),
                    ..agent("Agent1", 53)
                },
            ),
            contact("2", Some("1"), talk(9, agent("Agent2", 40))),
            contact("3", Some("1"), talk(60, agent("Agent3", 120))),
            contact("4", Some("2"), talk(0, agent("Agent4", 20))),
            contact("5", Some("2"), talk(8, agent("Agent5", 30))),
        ]);
        let legs: Vec<_> = forest.iter().map(Node::leg).collect();
        let (consult, conference) = (Some(Leg::Consult), Some(Leg::Conference));
        assert_eq!(
            legs,
            [None, conference, Some(Leg::Transfer), consult, conference]
        );
    }

    #[test]
    fn what_no_agent_began_is_no_leg() {
        for method in ["QUEUE_TRANSFER", "CALLBACK", "DISCONNECT", "MONITOR", "API"] {
            let second = Contact {
                initiation_method: Some(method.to_owned()),
                ..contact("2", Some("1"), agent("Agent2", 40))
            };
            assert_eq!(leg(contact("1", None, agent("Agent1", 53)), second), None);
        }
        let related = Contact {
            related_contact_id: Some("1".to_owned()),
            ..contact("2", None, agent("Agent2", 40))
        };
        assert_eq!(leg(contact("1", None, agent("Agent1", 53)), related), None);
        // Without records there is nothing to compare.
        let [first, second] = [("1", None), ("2", Some("1"))].map(|(id, previous)| Contact {
            facts: None,
            ..contact(id, previous, Facts::default())
        });
        assert_eq!(leg(first, second), Some(Leg::Unknown));
    }
}

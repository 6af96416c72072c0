//! What a contact record knows beyond the tree.

use std::time::Duration;

use crate::time::Timestamp;

/// What happened within a contact. Absent is `None`: not every record has everything, and a contact list has none of it.
/// The comments name the member of a contact record that each comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Facts {
    /// The agent, by user name or, failing that, by ID (`Agent.Username`).
    pub agent: Option<String>,
    /// The queue, by name or, failing that, by ID (`Queue.Name`).
    pub queue: Option<String>,
    /// When it was put into the queue (`Queue.EnqueueTimestamp`).
    pub enqueue_time: Option<Timestamp>,
    /// When it left the queue, for an agent or not (`Queue.DequeueTimestamp`).
    pub dequeue_time: Option<Timestamp>,
    /// When the agent was connected (`Agent.ConnectedToAgentTimestamp`).
    pub agent_time: Option<Timestamp>,
    /// How long agent and customer could talk, without holds (`Agent.AgentInteractionDuration`).
    pub talk: Option<Duration>,
    /// How long the customer was on hold, in all (`Agent.CustomerHoldDuration`).
    pub hold: Option<Duration>,
    /// How often the customer was put on hold (`Agent.NumberOfHolds`).
    pub holds: Option<u32>,
    /// When the agent began the work after the contact (`Agent.AfterContactWorkStartTimestamp`).
    pub after_contact_start: Option<Timestamp>,
    /// When the agent was done with it (`Agent.AfterContactWorkEndTimestamp`).
    pub after_contact_end: Option<Timestamp>,
    /// When the agent had handed the customer over (`TransferCompletedTimestamp`).
    pub transfer_time: Option<Timestamp>,
    /// How long a third party outside of the contact centre and the customer could talk
    /// (`ExternalThirdParty.ExternalThirdPartyInteractionDuration`).
    pub third_party_talk: Option<Duration>,
}

impl Facts {
    /// How long the contact was in the queue, if it has left it.
    #[must_use]
    pub fn queued(&self) -> Option<Duration> {
        self.dequeue_time?.since(self.enqueue_time?).ok()
    }

    /// How long the agent worked on the contact after it had ended.
    #[must_use]
    pub fn after_contact(&self) -> Option<Duration> {
        self.after_contact_end?
            .since(self.after_contact_start?)
            .ok()
    }
}

//! The response as types.
#![allow(dead_code, reason = "a program would read what this one only counts")]

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Page {
    #[serde(default)]
    pub(crate) contact_summary_list: Vec<Summary>,
    pub(crate) next_token: Option<String>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Summary {
    pub(crate) contact_id: Option<String>,
    pub(crate) contact_arn: Option<String>,
    /// Seconds since 1970.
    pub(crate) initiation_timestamp: Option<f64>,
    /// Seconds since 1970.
    pub(crate) disconnect_timestamp: Option<f64>,
    pub(crate) initial_contact_id: Option<String>,
    pub(crate) previous_contact_id: Option<String>,
    pub(crate) related_contact_id: Option<String>,
    pub(crate) initiation_method: Option<InitiationMethod>,
    pub(crate) channel: Option<Channel>,
}

/// An enum that keeps values which it does not know.
macro_rules! open_enum {
    ($name:ident { $($variant:ident = $value:literal,)+ }) => {
        pub(crate) enum $name {
            $($variant,)+
            Unknown(String),
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Values;

                impl Visitor<'_> for Values {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a string")
                    }

                    fn visit_str<E: Error>(self, value: &str) -> Result<$name, E> {
                        Ok(match value {
                            $($value => $name::$variant,)+
                            other => $name::Unknown(other.to_owned()),
                        })
                    }
                }

                deserializer.deserialize_str(Values)
            }
        }
    };
}

open_enum!(Channel {
    Chat = "CHAT",
    Email = "EMAIL",
    Task = "TASK",
    Voice = "VOICE",
});

open_enum!(InitiationMethod {
    AgentReply = "AGENT_REPLY",
    Api = "API",
    Callback = "CALLBACK",
    Disconnect = "DISCONNECT",
    ExternalOutbound = "EXTERNAL_OUTBOUND",
    Flow = "FLOW",
    Inbound = "INBOUND",
    Monitor = "MONITOR",
    Outbound = "OUTBOUND",
    QueueTransfer = "QUEUE_TRANSFER",
    Transfer = "TRANSFER",
    WebrtcApi = "WEBRTC_API",
});

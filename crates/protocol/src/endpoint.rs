//! Endpoints: the parameters of rules, and their result.

use std::borrow::Cow;

mod functions;

pub use functions::{
    Arn, Url, host_text, ip_address, is_valid_host_label, is_virtual_hostable_s3_bucket, parse_arn,
    parse_url, partition, split, substring, uri_encode,
};

/// A partition of AWS: regions with names, suffixes and abilities in common.
#[derive(Debug)]
pub struct Partition {
    /// `aws`
    pub name: &'static str,
    /// The end of host names: `amazonaws.com`.
    pub dns_suffix: &'static str,
    /// The end of host names that have IPv6 addresses as well: `api.aws`.
    pub dual_stack_dns_suffix: &'static str,
    /// The region that services without regions are signed for.
    pub implicit_global_region: &'static str,
    /// Whether there are endpoints validated under FIPS 140.
    pub supports_fips: bool,
    /// Whether there are endpoints with IPv6 addresses as well.
    pub supports_dual_stack: bool,
    /// What regions of this partition start with, before a hyphen.
    pub(crate) region_prefixes: &'static [&'static str],
    /// The regions that are known by name.
    pub(crate) regions: &'static [&'static str],
}

/// What an endpoint rule set is asked with. Built-in parameters have a field each; a service's own come in `custom`.
#[derive(Debug, Clone, Default)]
pub struct Params<'a> {
    /// `AWS::Region`
    pub region: Option<&'a str>,
    /// `AWS::UseFIPS`
    pub use_fips: bool,
    /// `AWS::UseDualStack`
    pub use_dual_stack: bool,
    /// `SDK::Endpoint`: a URL that overrides the rules.
    pub endpoint: Option<&'a str>,
    /// `AWS::Auth::AccountId`
    pub account_id: Option<&'a str>,
    /// `AWS::Auth::AccountIdEndpointMode`: `preferred`, `disabled` or `required`.
    pub account_id_endpoint_mode: Option<&'a str>,
    /// Client, operation and static context parameters by the name that the rules give them. The last of a name wins.
    pub custom: &'a [(&'static str, Value)],
}

impl<'a> Params<'a> {
    /// A custom parameter that is a string; `None` if it is not set, or something else.
    pub fn string(&self, name: &str) -> Option<&'a str> {
        match self.custom(name)? {
            Value::String(value) => Some(value),
            _ => None,
        }
    }

    /// A custom parameter that is a boolean; `None` if it is not set, or something else.
    pub fn boolean(&self, name: &str) -> Option<bool> {
        match self.custom(name)? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// A custom parameter that is a list of strings; `None` if it is not set, or something else.
    pub fn string_list(&self, name: &str) -> Option<Vec<&'a str>> {
        match self.custom(name)? {
            Value::StringList(items) => Some(items.iter().map(AsRef::as_ref).collect()),
            _ => None,
        }
    }

    fn custom(&self, name: &str) -> Option<&'a Value> {
        let mut last_first = self.custom.iter().rev();
        last_first
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }
}

/// The value of a context parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A string.
    String(Cow<'static, str>),
    /// A boolean.
    Bool(bool),
    /// A list of strings.
    StringList(Cow<'static, [Cow<'static, str>]>),
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(values: Vec<String>) -> Self {
        Self::StringList(values.into_iter().map(Cow::from).collect())
    }
}

/// Where to send a request, and how to sign it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Scheme, host and, where there is one, port and path: `https://connect.us-east-1.amazonaws.com`.
    pub url: Cow<'static, str>,
    /// Headers to add.
    pub headers: Vec<(String, String)>,
    /// The region in the credential scope, where it differs from the client's.
    pub signing_region: Option<String>,
    /// The name in the credential scope, where it differs from the service's.
    pub signing_name: Option<String>,
}

impl Endpoint {
    /// An endpoint that is signed for as its service and region say.
    pub fn new(url: impl Into<Cow<'static, str>>) -> Self {
        Self {
            url: url.into(),
            headers: Vec::new(),
            signing_region: None,
            signing_name: None,
        }
    }
}

/// Why there is no endpoint: a configuration that the rules reject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no endpoint: {message}")]
pub struct EndpointError {
    message: Cow<'static, str>,
}

impl EndpointError {
    /// An error with the rules' own words.
    pub fn new(message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_parameters_are_looked_up_by_name_and_type() {
        let custom = [
            ("Bucket", Value::String("first".into())),
            ("Fast", Value::Bool(false)),
            (
                "Zones",
                Value::StringList(vec!["a".into(), "b".into()].into()),
            ),
            ("Bucket", Value::String("last".into())),
        ];
        let params = Params {
            custom: &custom,
            ..Params::default()
        };
        assert_eq!(params.string("Bucket"), Some("last"));
        assert_eq!(params.boolean("Fast"), Some(false));
        assert_eq!(params.string_list("Zones"), Some(vec!["a", "b"]));
        assert_eq!(params.string("Fast"), None);
        assert_eq!(params.boolean("Bucket"), None);
        assert_eq!(params.string_list("Nope"), None);
    }
}

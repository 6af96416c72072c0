//! Who may call, and what.

use aws_credential_types::Credentials;

/// Credentials of a caller, with rights: which operations, on which instances. `Debug` shows no secrets.
///
/// ```
/// use connect_local_endpoint::{Credentials, Key};
///
/// let credentials = Credentials::new("AKIDREADER", "secret", None, None, "test");
/// let reader = Key::new(credentials)
///     .operations(["DescribeContact", "ListAssociatedContacts"])
///     .instances(["5a3c0f6e-2d41-4b8a-9c17-e06d7f2b9a48"]);
/// ```
#[derive(Clone, Debug)]
pub struct Key {
    pub(crate) credentials: Credentials,
    operations: Allowed,
    instances: Allowed,
}

/// What a right is for.
#[derive(Clone, Debug)]
enum Allowed {
    All,
    Only(Vec<String>),
}

impl Key {
    /// A key that may do everything.
    #[must_use]
    pub fn new(credentials: Credentials) -> Self {
        Self {
            credentials,
            operations: Allowed::All,
            instances: Allowed::All,
        }
    }

    /// Restricts it to these operations, by their names; `*` stands for all.
    #[must_use]
    pub fn operations(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.operations = Allowed::new(names);
        self
    }

    /// Restricts it to these instances, by ID or ARN; `*` stands for all.
    #[must_use]
    pub fn instances(mut self, ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.instances = Allowed::new(ids);
        self
    }

    /// The access key ID, which is no secret.
    pub(crate) fn id(&self) -> &str {
        self.credentials.access_key_id()
    }

    /// The operations that it is restricted to.
    pub(crate) fn named_operations(&self) -> &[String] {
        match &self.operations {
            Allowed::All => &[],
            Allowed::Only(names) => names,
        }
    }

    /// Whether there is anything that it may do.
    pub(crate) fn may_call(&self) -> bool {
        ![&self.operations, &self.instances]
            .iter()
            .any(|allowed| matches!(allowed, Allowed::Only(names) if names.is_empty()))
    }

    /// Whether it may do everything.
    pub(crate) fn is_unrestricted(&self) -> bool {
        matches!(
            (&self.operations, &self.instances),
            (Allowed::All, Allowed::All)
        )
    }

    /// Whether it may call an operation on an instance, where that is known.
    pub(crate) fn may(&self, operation: &str, instance: Option<&str>) -> bool {
        // One of the two may be an ARN, which ends with the ID.
        let same = |allowed: &str, given: &str| {
            allowed == given || id(allowed) == given || allowed == id(given)
        };
        self.operations.any(|name| name == operation)
            && instance.is_none_or(|given| self.instances.any(|allowed| same(allowed, given)))
    }
}

impl Allowed {
    fn new(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        if names.iter().any(|name| name == "*") {
            Self::All
        } else {
            Self::Only(names)
        }
    }

    fn any(&self, is: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| is(name)),
        }
    }
}

fn id(instance: &str) -> &str {
    instance.rsplit_once('/').map_or(instance, |(_, id)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::testing::{SECRET, temporary};

    const ARN: &str = "arn:aws:connect:eu-central-1:111:instance/one";
    const OTHER_ARN: &str = "arn:aws:connect:eu-central-1:222:instance/one";

    #[test]
    fn a_key_may_what_its_rights_say() {
        let key = |operations: &[&str], instances: &[&str]| {
            Key::new(temporary())
                .operations(operations.iter().copied())
                .instances(instances.iter().copied())
        };
        for (operations, instances, instance, expected) in [
            (&["*"][..], &["*"][..], Some("one"), true),
            (&["TagContact", "StopContact"], &["*"], Some("one"), true),
            (&["TagContact", "*"], &["*"], None, true),
            (&["TagContact"], &["*"], Some("one"), false),
            (&["stopcontact"], &["*"], Some("one"), false),
            (&["*"], &["two", "one"], Some("one"), true),
            (&["*"], &["two"], Some("one"), false),
            (&["*"], &["one"], Some(ARN), true),
            (&["*"], &[ARN], Some("one"), true),
            (&["*"], &[ARN], Some(ARN), true),
            (&["*"], &[ARN], Some(OTHER_ARN), false),
            (&["*"], &["one"], Some("one/"), false),
            (&["*"], &["two"], None, true),
            (&[], &["*"], None, false),
        ] {
            let may = key(operations, instances).may("StopContact", instance);
            assert_eq!(may, expected, "{operations:?} {instances:?} {instance:?}");
        }
        assert!(key(&["*"], &["one"]).may_call());
        assert!(!key(&[], &["*"]).may_call() && !key(&["*"], &[]).may_call());
    }

    #[test]
    fn secrets_do_not_show() {
        let shown = format!("{:?}", Key::new(temporary()));
        assert!(shown.contains("AKIDEXAMPLE"), "{shown}");
        assert!(
            !shown.contains(SECRET) && !shown.contains("the-token"),
            "{shown}"
        );
    }
}

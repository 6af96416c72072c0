//! A whole crate around the generated modules.

use super::Options;
use super::tokens::{inner_doc, title};
use crate::error::Error;
use crate::file_set::FileSet;
use crate::ir::Service;

/// A crate to write.
#[derive(Debug, Clone)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Where it finds `connect-protocol` and `connect-transport`.
    pub runtime: Runtime,
}

/// Where a generated crate finds the two handwritten ones.
#[derive(Debug, Clone)]
pub enum Runtime {
    /// The folder that holds `protocol` and `transport`, relative to the crate or absolute.
    Path(String),
    /// A git repository.
    Git(String),
}

impl Runtime {
    /// The line of a manifest that names a crate in a folder of the runtime; `features` follows where it is.
    pub fn dependency(&self, name: &str, folder: &str, features: &str) -> String {
        let source = match self {
            Self::Path(path) => format!("path = {}", quoted(&format!("{path}/{folder}"))),
            Self::Git(url) => format!("git = {}", quoted(url)),
        };
        format!("{name} = {{ {source}{features} }}\n")
    }
}

/// A string of TOML.
pub fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// `Cargo.toml` and `src/lib.rs`.
pub(super) fn add(
    files: &mut FileSet,
    service: &Service,
    package: &Package,
    options: Options,
) -> Result<(), Error> {
    files.text("Cargo.toml", manifest(service, package, options));
    let text = format!(
        "{} for Rust, generated from its service model.",
        title(service)
    );
    files.rust("src/lib.rs", "", &inner_doc(&text))?;
    files.append("src/lib.rs", ROOT);
    Ok(())
}

/// The root of every generated crate, as that of `connect-sdk`.
const ROOT: &str = r#"
#[rustfmt::skip]
mod generated;

pub use generated::*;

#[cfg(all(feature = "client", feature = "test-util"))]
pub use connect_transport::test_util;
#[cfg(feature = "client")]
pub use connect_transport::{operating, sender};
"#;

fn manifest(service: &Service, package: &Package, options: Options) -> String {
    let description = format!("{}, generated from its service model", service.title);
    let mut text = format!(
        "[package]\nname = {}\ndescription = {}\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.94.1\"\npublish = false\n\n[features]\n",
        quoted(&package.name),
        quoted(&description)
    );
    text.push_str(&features(options.server));
    text.push_str("\n[dependencies]\n");
    let runtime = &package.runtime;
    text.push_str(&runtime.dependency("connect-protocol", "protocol", ""));
    text.push_str(&runtime.dependency(
        "connect-transport",
        "transport",
        ", default-features = false, optional = true",
    ));
    if options.tests {
        text.push_str("\n[dev-dependencies]\n");
        text.push_str(&runtime.dependency(
            "connect-protocol",
            "protocol",
            ", features = [\"test-util\"]",
        ));
    }
    text.push_str(LINTS);
    text.push_str("\n[workspace]\n");
    text
}

/// The table of features; `server` only if there is one.
fn features(server: bool) -> String {
    let mut text = "default = [\"client\", \"ring\"]\n".to_owned();
    for (comment, feature, parts) in FEATURES {
        if server || feature != "server" {
            text.push_str(&format!("# {comment}\n{feature} = {parts}\n"));
        }
    }
    text
}

/// The features of every generated crate: what each is for, its name and what it turns on.
const FEATURES: [(&str, &str, &str); 8] = [
    (
        "The client, which brings the transport.",
        "client",
        r#"["dep:connect-transport"]"#,
    ),
    (
        "A service trait, a router, request parsers and checks.",
        "server",
        r#"["connect-protocol/server"]"#,
    ),
    (
        "`Serialize` and `Deserialize` for shapes.",
        "serde",
        r#"["connect-protocol/serde"]"#,
    ),
    (
        "TLS with ring's cryptography.",
        "ring",
        r#"["connect-transport?/ring"]"#,
    ),
    (
        "TLS with aws-lc-rs' cryptography.",
        "aws-lc-rs",
        r#"["connect-transport?/aws-lc-rs"]"#,
    ),
    (
        "The credentials and region chain of `aws-config`, over this crate's HTTP client.",
        "aws-config",
        r#"["connect-transport?/aws-config"]"#,
    ),
    (
        "HTTP/2, where the server offers it.",
        "http2",
        r#"["connect-transport?/http2"]"#,
    ),
    (
        "Canned responses and recorded requests, for callers' tests.",
        "test-util",
        r#"["connect-transport?/test-util"]"#,
    ),
];

/// The lint tables of the workspace that the generator is built in.
const LINTS: &str = r#"
[lints.rust]
unsafe_code = "forbid"
missing_docs = "warn"
missing_debug_implementations = "warn"
unreachable_pub = "warn"
unused_qualifications = "warn"

[lints.rustdoc]
broken_intra_doc_links = "warn"
bare_urls = "warn"

[lints.clippy]
all = { level = "warn", priority = -1 }
dbg_macro = "warn"
expect_used = "warn"
panic = "warn"
todo = "warn"
undocumented_unsafe_blocks = "warn"
unimplemented = "warn"
unwrap_used = "warn"
cloned_instead_of_copied = "warn"
explicit_iter_loop = "warn"
manual_let_else = "warn"
map_unwrap_or = "warn"
needless_pass_by_value = "warn"
redundant_closure_for_method_calls = "warn"
uninlined_format_args = "warn"
"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_that_of_connect_sdk() {
        let own = include_str!("../../../crates/connect-sdk/src/lib.rs");
        assert!(own.ends_with(ROOT));
    }

    #[test]
    fn features_are_those_of_the_workspaces_own_generated_crate() {
        let own = include_str!("../../../crates/connect-sdk/Cargo.toml");
        let (_, own) = own.split_once("[features]\n").unwrap();
        let (own, _) = own.split_once("\n\n").unwrap();
        assert_eq!(features(true), own.to_owned() + "\n");
        let without = features(false);
        assert!(!without.contains("server ="), "{without}");
    }

    #[test]
    fn lints_are_those_of_the_workspace() {
        let manifest = include_str!("../../../Cargo.toml");
        let start = manifest.find("[workspace.lints.rust]").unwrap();
        let end = manifest.find("[profile.").unwrap();
        let tables = manifest[start..end].replace("[workspace.lints.", "[lints.");
        assert_eq!(LINTS.trim(), tables.trim());
    }
}

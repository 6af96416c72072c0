//! A whole crate around the generated modules.

use super::Options;
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
    /// A version in the registry.
    Version(String),
}

impl Runtime {
    pub(super) fn dependency(&self, name: &str, folder: &str, features: &str) -> String {
        let source = match self {
            Self::Path(path) => format!("path = {:?}", format!("{path}/{folder}")),
            Self::Git(url) => format!("git = {url:?}"),
            Self::Version(version) => format!("version = {version:?}"),
        };
        format!("{name} = {{ {source}{features} }}\n")
    }
}

/// `Cargo.toml` and `src/lib.rs`.
pub(super) fn add(files: &mut FileSet, service: &Service, package: &Package, options: Options) {
    files.text("Cargo.toml", manifest(service, package, options));
    let lib = format!(
        "//! {} for Rust, generated from its service model.\n\n#[rustfmt::skip]\nmod generated;\n\npub use generated::*;\n",
        service.title
    );
    files.text("src/lib.rs", lib);
}

fn manifest(service: &Service, package: &Package, options: Options) -> String {
    let description = format!("{}, generated from its service model", service.title);
    let mut text = format!(
        "[package]\nname = {:?}\ndescription = {description:?}\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.94.1\"\npublish = false\n\n[features]\n",
        package.name
    );
    let transport = ", default-features = false";
    if options.server {
        text.push_str("default = [\"client\"]\nclient = [\"dep:connect-transport\", \"connect-transport/ring\"]\nserver = [\"connect-protocol/server\"]\n");
    } else {
        text.push_str("default = [\"ring\"]\nring = [\"connect-transport/ring\"]\n");
    }
    text.push_str("serde = [\"connect-protocol/serde\"]\n\n[dependencies]\n");
    text.push_str(
        &package
            .runtime
            .dependency("connect-protocol", "protocol", ""),
    );
    let optional = if options.server {
        format!("{transport}, optional = true")
    } else {
        transport.to_owned()
    };
    text.push_str(
        &package
            .runtime
            .dependency("connect-transport", "transport", &optional),
    );
    if options.tests {
        text.push_str("\n[dev-dependencies]\n");
        text.push_str(&package.runtime.dependency(
            "connect-protocol",
            "protocol",
            ", features = [\"test-util\"]",
        ));
    }
    text.push_str(LINTS);
    text.push_str("\n[workspace]\n");
    text
}

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
    fn lints_are_those_of_the_workspace() {
        let manifest = include_str!("../../../Cargo.toml");
        let start = manifest.find("[workspace.lints.rust]").unwrap();
        let end = manifest.find("[profile.").unwrap();
        let tables = manifest[start..end].replace("[workspace.lints.", "[lints.");
        assert_eq!(LINTS.trim(), tables.trim());
    }
}

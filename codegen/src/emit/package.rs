//! A whole crate around the generated modules.

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
pub(super) fn add(files: &mut FileSet, service: &Service, package: &Package, server: bool) {
    files.text("Cargo.toml", manifest(service, package, server));
    let lib = format!(
        "//! {} for Rust, generated from its service model.\n\n#[rustfmt::skip]\nmod generated;\n\npub use generated::*;\n",
        service.title
    );
    files.text("src/lib.rs", lib);
}

fn manifest(service: &Service, package: &Package, server: bool) -> String {
    let description = format!("{}, generated from its service model", service.title);
    let mut text = format!(
        "[package]\nname = {:?}\ndescription = {description:?}\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.94.1\"\npublish = false\n\n[features]\n",
        package.name
    );
    let transport = ", default-features = false";
    if server {
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
    let optional = if server {
        format!("{transport}, optional = true")
    } else {
        transport.to_owned()
    };
    text.push_str(
        &package
            .runtime
            .dependency("connect-transport", "transport", &optional),
    );
    text.push_str(
        "\n[lints.rust]\nunsafe_code = \"forbid\"\nmissing_docs = \"warn\"\n\n[workspace]\n",
    );
    text
}

//! Test vectors: what a model's `smithy.test` traits say that a client and a server put on the wire and read from it, and a program
//! that runs them against the client and server generated beside it.
//!
//! [`read`] finds every vector of a model. Those that apply become [`Case`]s, the others are listed with the reason, so that the two
//! add up to what the model has. The program hands each vector as JSON to `connect-conformance`, with the value that it stands for.

mod case;
mod expand;
mod suite;
mod value;

use connect_codegen::emit::{self, Options, Package, Runtime, quoted, tokens::inner_doc};
use connect_codegen::ir::{Operation, Service};
use connect_codegen::names::ident;
use connect_codegen::{Error, FileSet};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

pub use self::suite::{Case, Skipped, Suite, read};
use crate::service;

/// Emits a crate with a binary that runs a suite: manifest, `src/main.rs`, the generated modules and the vectors.
///
/// # Errors
/// As those of [`emit::modules`].
pub fn program(service: &Service, suite: &Suite, package: &Package) -> Result<FileSet, Error> {
    let options = Options {
        server: true,
        tests: false,
    };
    let mut files = emit::modules(service, options, "src/generated")?;
    let mut tested = Vec::new();
    for operation in &service.operations {
        let cases = suite.cases.iter();
        let cases = cases.filter(|case| case.operation == operation.name);
        let cases: Vec<&TokenStream> = cases.map(|case| &case.body).collect();
        if !cases.is_empty() {
            let name = operation.method.trim_start_matches("r#");
            let path = format!("src/vectors/{name}.rs");
            emit::add_file(&mut files, &path, module(operation, &cases))?;
            tested.push(ident(&operation.method));
        }
    }
    let mutable = (!tested.is_empty()).then(|| quote!(mut));
    let under_test = service::under_test(service);
    let root = quote! {
        //! The vectors.
        #(mod #tested;)*

        pub(crate) fn run() -> std::io::Result<std::process::ExitCode> {
            let #mutable run = connect_conformance::Run::new()?;
            #(#tested::run(&mut run);)*
            Ok(run.finish())
        }

        #under_test
    };
    emit::add_file(&mut files, "src/vectors/mod.rs", root)?;
    files.text("Cargo.toml", manifest(package));
    files.text("src/main.rs", MAIN);
    Ok(files)
}

const MAIN: &str = "//! Runs protocol test vectors.

#![allow(dead_code, unused_imports, deprecated)]

#[rustfmt::skip]
mod generated;
#[rustfmt::skip]
mod vectors;

pub use generated::*;

fn main() -> std::process::ExitCode {
    match vectors::run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!(\"error: {error}\");
            std::process::ExitCode::FAILURE
        }
    }
}
";

fn manifest(package: &Package) -> String {
    let Package { name, runtime } = package;
    let name = quoted(name);
    let dependency = |name: &str, folder: &str, features: &str| -> String {
        let features = format!(", default-features = false, features = [{features}]");
        Runtime::dependency(runtime, name, folder, &features)
    };
    format!(
        "[package]\nname = {name}\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [features]\ndefault = [\"client\", \"server\"]\nclient = []\nserver = []\nserde = []\n\n\
         [dependencies]\n{}{}{}\n[workspace]\n",
        dependency("connect-conformance", "conformance", ""),
        dependency("connect-protocol", "protocol", "\"test-util\""),
        dependency("connect-transport", "transport", "\"test-util\""),
    )
}

/// The vectors of one operation: `vectors/list_associated_contacts.rs`
fn module(operation: &Operation, cases: &[&TokenStream]) -> TokenStream {
    let title = inner_doc(&format!("Vectors of `{}`.", operation.name));
    let module = ident(&operation.method);
    let names = (0..cases.len()).map(|at| format_ident!("case_{at}"));
    let names: Vec<_> = names.collect();
    let wire = case::wire(operation);
    quote! {
        #title

        use connect_conformance as conformance;
        use crate::client::#module as client;
        use crate::operation::#module as shapes;
        use connect_protocol::test_util::Compared;

        pub(super) fn run(run: &mut conformance::Run) {
            #(#names(run);)*
        }

        #wire

        #(
            fn #names(run: &mut conformance::Run) {
                #cases
            }
        )*
    }
}

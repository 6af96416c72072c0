//! A program that runs test vectors against the client and server generated beside it.

mod cases;
mod values;

use proc_macro2::TokenStream;
use quote::quote;

use super::package::{Package, Runtime, quoted};
use super::tests::{compared, exchange_service};
use super::tokens::ident;
use super::{Context, Files, Options, modules};
use crate::error::Error;
use crate::file_set::FileSet;
use crate::ir::{Operation, Service};
use crate::vectors::{Case, Suite};

/// Emits a crate with a binary that runs a suite: manifest, `src/main.rs`, the generated modules and the vectors.
///
/// # Errors
/// As those of [`modules`].
pub fn program(service: &Service, suite: &Suite, package: &Package) -> Result<FileSet, Error> {
    let options = Options {
        server: true,
        tests: false,
    };
    let mut set = modules(service, options, "src/generated")?;
    let context = Context::new(service, options);
    let mut files = Files {
        set: FileSet::default(),
        context: &context,
        folder: "src/vectors",
    };
    let mut tested = Vec::new();
    for operation in &service.operations {
        let cases: Vec<&Case> = suite
            .cases
            .iter()
            .filter(|case| case.operation == operation.name)
            .collect();
        if !cases.is_empty() {
            let module = operation.method.trim_start_matches("r#");
            files.add(
                &format!("{module}.rs"),
                cases::module(operation, &cases, service),
            )?;
            tested.push(operation);
        }
    }
    files.add("mod.rs", root(service, &tested))?;
    for (path, text) in files.set.iter() {
        set.text(path, text);
    }
    set.text("Cargo.toml", manifest(package));
    set.text("src/main.rs", MAIN);
    Ok(set)
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

/// `vectors/mod.rs`: the service that the vectors call, and what runs them.
fn root(service: &Service, tested: &[&Operation]) -> TokenStream {
    let modules = tested.iter().map(|operation| {
        let module = ident(&operation.method);
        quote!(mod #module;)
    });
    let runs = tested.iter().map(|operation| {
        let module = ident(&operation.method);
        quote!(#module::run(&mut run);)
    });
    let compared = compared(service);
    let service = exchange_service(service);
    let mutable = (!tested.is_empty()).then(|| quote!(mut));
    quote! {
        //! The vectors.
        #(#modules)*

        pub(crate) fn run() -> std::io::Result<std::process::ExitCode> {
            let #mutable run = conformance::Run::new()?;
            #(#runs)*
            Ok(run.finish())
        }

        #service

        #compared
    }
}

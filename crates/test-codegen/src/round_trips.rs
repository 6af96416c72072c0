//! Tests of a generated crate: random values of every operation and error go over the wire and come back the same.

mod place;
mod samples;
mod value;

use std::collections::BTreeSet;

use connect_codegen::emit::{self, streams, tokens::type_path};
use connect_codegen::ir::{Role, Service};
use connect_codegen::names::{ident, snake_case};
use connect_codegen::{Error, FileSet};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use self::samples::Samples;
use crate::service;

/// Tests of a service.
#[derive(Debug)]
pub struct RoundTrips {
    /// The module `tests`, which [`emit::Options::tests`] declares.
    pub files: FileSet,
    /// What is not tested, and why: members of which no value can be made, and operations that need one.
    pub uncovered: BTreeSet<String>,
}

/// Emits the tests of a service whose modules are emitted below `folder`, both sides.
///
/// # Errors
/// The emitted tokens are no Rust, which is a defect of the generator.
pub fn round_trips(service: &Service, folder: &str) -> Result<RoundTrips, Error> {
    let mut samples = Samples::new(service);
    let values = samples.all();
    let root = root(service, &samples.left_out);
    let mut files = FileSet::default();
    emit::add_file(&mut files, &format!("{folder}/tests/samples.rs"), values)?;
    emit::add_file(&mut files, &format!("{folder}/tests/mod.rs"), root)?;
    Ok(RoundTrips {
        files,
        uncovered: samples.uncovered,
    })
}

/// `tests/mod.rs`: the service under test, and a row per test.
fn root(service: &Service, left_out: &BTreeSet<String>) -> TokenStream {
    let tested = service.operations.iter();
    let tested = tested.filter(|operation| !left_out.contains(&operation.name));
    let rows = tested.map(|operation| {
        let (method, name) = (ident(&operation.method), &operation.name);
        let (input, output) = (ident(&operation.input.name), ident(&operation.output.name));
        let by = (!streams(&operation.input)).then(|| quote!(&));
        quote! {
            #method #name (#by) operation::#method::#input, operation::#method::#output;
        }
    });
    let rows: Vec<TokenStream> = rows.collect();
    let errors = service.errors.iter().map(|error| {
        let test = format_ident!("error_{}", snake_case(&error.name));
        let name = ident(&error.name);
        let code = match &error.role {
            Role::Error(wire) => &wire.code,
            _ => &error.name,
        };
        quote!(#test #code types::error::#name;)
    });
    let enums = service.enums.iter().map(|shape| type_path(&shape.name));
    let under_test = service::under_test(service);
    quote! {
        //! Random values of every operation and error go over the wire and come back the same.
        #![allow(
            unused_variables,
            clippy::match_single_binding,
            clippy::redundant_closure_for_method_calls,
            clippy::vec_init_then_push,
            reason = "one form for all values"
        )]

        mod samples;

        #under_test

        connect_protocol::sample_enums!(#(#enums),*);

        connect_protocol::round_trips!(Server { #(#rows)* });

        /// Requests and responses arrive broken.
        mod hostile {
            use super::Server;
            use crate::operation;

            connect_protocol::hostile_trips!(Server { #(#rows)* });
        }

        connect_protocol::error_trips!({ #(#errors)* });
    }
}

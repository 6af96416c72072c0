//! Waiters: methods of a fluent builder.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{docs, follow, ident, number, operation_type};
use crate::ir::{AcceptorState, Matcher, Operation, Step, Target, Waiter};
use crate::names::OperationType;

/// The method that waits.
pub(super) fn method(operation: &Operation, waiter: &Waiter) -> TokenStream {
    let fluent = operation_type(operation, OperationType::FluentBuilder);
    let (output, error) = (
        ident(&operation.output.name),
        operation_type(operation, OperationType::Error),
    );
    let text = docs(&waiter.docs);
    let method = ident(&waiter.method);
    let (min, max) = (number(waiter.delay.0), number(waiter.delay.1));
    let name = &waiter.name;
    // What matches any output, or any error, leaves nothing to the last arms.
    let any = |wanted: bool| {
        waiter.acceptors.iter().any(
            |acceptor| matches!(acceptor.matcher, Matcher::Success(success) if success == wanted),
        )
    };
    let other_output = (!any(true)).then(|| quote!(Ok(_) => transport::waiter::State::Retry,));
    let other_error = (!any(false)).then(|| quote!(Err(_) => transport::waiter::State::Unknown,));
    let arms = waiter.acceptors.iter().map(|acceptor| {
        let state = match acceptor.state {
            AcceptorState::Success => quote!(transport::waiter::State::Success),
            AcceptorState::Failure => quote!(transport::waiter::State::Failure),
            AcceptorState::Retry => quote!(transport::waiter::State::Retry),
        };
        match &acceptor.matcher {
            Matcher::Success(true) => quote!(Ok(_) => #state),
            Matcher::Success(false) => quote!(Err(_) => #state),
            Matcher::ErrorType(code) => quote!(Err(error) if error::ProvideErrorMetadata::code(error) == Some(#code) => #state),
            Matcher::Output { path, target, expected } => {
                let value = follow(&quote!(output), path);
                let equals = equals(target, expected);
                let matches = quote!(#value.is_some_and(#equals));
                quote!(Ok(output) if #matches => #state)
            }
            Matcher::Each { paths, target, expected, all } => {
                let values = follow_each(&quote!(output), paths);
                let equals = equals(target, expected);
                let matches = if *all {
                    // Of no values, it is not all.
                    quote!(#values.map(#equals).reduce(|all, one| all && one) == Some(true))
                } else {
                    quote!(#values.any(#equals))
                };
                quote!(Ok(output) if #matches => #state)
            }
        }
    });
    quote! {
        impl #fluent {
            #text
            ///
            /// Sends the request again and again, ever less often, until the state is reached, cannot be reached any more, or the time is up.
            ///
            #[doc = " # Errors"]
            /// The state cannot be reached, the time is up, or a request failed in a way that the waiter does not know.
            #[inline]
            pub async fn #method(
                self,
                limit: std::time::Duration,
            ) -> Result<Result<shapes::#output, error::SdkError<shapes::#error>>, transport::waiter::WaiterError<shapes::#output, shapes::#error>> {
                let handle = self.handle.clone();
                transport::waiter::wait(&handle, #name, (#min, #max), limit, move || Clone::clone(&self).send(), |result| match result {
                    #(#arms,)*
                    #other_output
                    #other_error
                }).await
            }
        }
    }
}

/// An expression of an iterator over the values at the end of paths from list to list.
fn follow_each(owner: &TokenStream, paths: &[Vec<Step>]) -> TokenStream {
    let Some((first, rest)) = paths.split_first() else {
        return quote!(std::iter::empty());
    };
    let list = follow(owner, first);
    rest.iter().fold(quote!(#list.into_iter()), |lists, path| {
        let entries = quote!(#lists.flatten());
        path.iter().fold(entries, |values, step| {
            let field = ident(&step.field);
            if step.optional {
                quote!(#values.filter_map(|value| value.#field.as_ref()))
            } else {
                quote!(#values.map(|value| &value.#field))
            }
        })
    })
}

/// A closure: whether a reference is to the value that a waiter expects.
fn equals(target: &Target, expected: &str) -> TokenStream {
    match target {
        Target::Boolean => {
            let not = (expected != "true").then(|| quote!(!));
            quote!(|value| #not*value)
        }
        Target::Enum(_) => quote!(|value| value.as_str() == #expected),
        _ => quote!(|value| value == #expected),
    }
}

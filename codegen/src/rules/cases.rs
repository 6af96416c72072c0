//! `smithy.rules#endpointTests`: what the rules should come to, as tests of the emitted function.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use serde_json::Value;

use super::emit::emit_endpoint;
use super::ir::{Endpoint, Literal, Parameter, RuleSet};
use super::node::{Fault, Node, text};
use super::types::{read_endpoint, read_literal};
use crate::error::Error;
use crate::model::ids;
use crate::names::ident;

/// One test case of a rule set.
#[derive(Debug, Clone)]
pub struct TestCase {
    documentation: String,
    params: Vec<(Parameter, Literal)>,
    expect: Expect,
}

#[derive(Debug, Clone)]
enum Expect {
    Endpoint(Endpoint<String>),
    Error(String),
}

/// Reads the value of a `smithy.rules#endpointTests` trait against the rule set beside it.
///
/// # Errors
///
/// A case that sets a parameter which the rules do not have or which has another type, or that expects nothing.
pub fn lower_tests(
    tests: &Value,
    rule_set: &RuleSet,
    shape_id: &str,
) -> Result<Vec<TestCase>, Error> {
    let tests = read_tests(&Node::root(tests), rule_set);
    tests.map_err(|fault| fault.at(shape_id, ids::ENDPOINT_TESTS))
}

fn read_tests(root: &Node<'_>, rule_set: &RuleSet) -> Result<Vec<TestCase>, Fault> {
    let Some(cases) = root.get("testCases")? else {
        return Ok(Vec::new());
    };
    let cases = cases.items()?.enumerate();
    cases
        .map(|(index, node)| read_case(index, &node, rule_set))
        .collect()
}

fn read_case(index: usize, node: &Node<'_>, rule_set: &RuleSet) -> Result<TestCase, Fault> {
    let documentation = node.read("documentation", text)?;
    let mut params = Vec::new();
    if let Some(node) = node.get("params")? {
        for (name, value) in node.members()? {
            let mut parameters = rule_set.parameters.iter();
            let parameter = parameters
                .find(|parameter| parameter.name == name)
                .ok_or_else(|| value.fault("the rules have no such parameter"))?;
            params.push((parameter.clone(), read_literal(&value, parameter.ty)?));
        }
    }
    let expect = node.require("expect")?;
    let expect = match (expect.get("endpoint")?, expect.get("error")?) {
        (Some(endpoint), None) => Expect::Endpoint(read_endpoint(&endpoint, text)?),
        (None, Some(message)) => Expect::Error(text(&message)?),
        _ => return Err(expect.fault("expected either `endpoint` or `error`")),
    };
    Ok(TestCase {
        documentation: documentation.unwrap_or_else(|| format!("case {index}")),
        params,
        expect,
    })
}

/// A test module for the function that [`emit`](super::emit()) writes; it belongs below that function.
pub fn emit_tests(cases: &[TestCase]) -> TokenStream {
    let mut params = cases.iter().flat_map(|case| &case.params);
    let value = params.any(|(parameter, _)| parameter.built_in.is_none());
    let value = value.then(|| {
        quote!(
            use connect_protocol::endpoint::Value;
        )
    });
    let cases = cases.iter().map(|case| {
        let what = &case.documentation;
        let params = emit_params(&case.params);
        let expected = emit_expected(&case.expect);
        quote!((#what, #params, #expected))
    });
    quote! {
        #[cfg(test)]
        mod tests {
            #value
            use super::*;

            #[test]
            fn endpoints_are_as_the_model_expects() {
                let cases = [#(#cases),*];
                for (what, params, expected) in cases {
                    assert_eq!(resolve(&params), expected, "{what}");
                }
            }
        }
    }
}

fn emit_params(params: &[(Parameter, Literal)]) -> TokenStream {
    let mut fields = Vec::new();
    let mut custom = Vec::new();
    for (parameter, value) in params {
        match (parameter.built_in, value) {
            // As `Params::default()` has it.
            (Some(_), Literal::Bool(false)) => {}
            (Some(built_in), value) => {
                let field = ident(built_in.field);
                fields.push(match value {
                    Literal::String(value) => quote!(#field: Some(#value)),
                    _ => quote!(#field: true),
                });
            }
            (None, value) => {
                let name = &parameter.name;
                let value = emit_value(value);
                custom.push(quote!((#name, #value)));
            }
        }
    }
    if !custom.is_empty() {
        fields.push(quote!(custom: &[#(#custom),*]));
    }
    if fields.is_empty() {
        quote!(Params::default())
    } else {
        quote!(Params { #(#fields,)* ..Params::default() })
    }
}

fn emit_value(value: &Literal) -> TokenStream {
    match value {
        Literal::String(value) => quote!(Value::String(#value.into())),
        Literal::Bool(value) => quote!(Value::Bool(#value)),
        Literal::StringList(items) => quote!(Value::StringList(vec![#(#items.into()),*].into())),
    }
}

fn emit_expected(expect: &Expect) -> TokenStream {
    match expect {
        Expect::Error(message) => quote!(Err(EndpointError::new(#message))),
        Expect::Endpoint(endpoint) => {
            let url = endpoint.url.to_token_stream();
            emit_endpoint(endpoint, &url, |value| quote!(#value.to_owned()))
        }
    }
}

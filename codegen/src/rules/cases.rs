//! `smithy.rules#endpointTests`: what the rules should answer, as tests of the emitted function.

use proc_macro2::TokenStream;
use quote::quote;
use serde_json::Value;

use super::check::{read_literal, read_signing};
use super::emit::{names_module, unsupported_signing};
use super::ir::{Literal, Parameter, RuleSet, Signing};
use super::node::{Fault, Node};
use super::{Error, TESTS};
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
    Endpoint {
        url: String,
        headers: Vec<(String, String)>,
        signing: Signing<String>,
    },
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
    read_tests(&Node::root(tests), rule_set).map_err(|fault| Error::new(shape_id, TESTS, fault))
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
    let documentation = match node.get("documentation")? {
        Some(documentation) => documentation.string()?.to_owned(),
        None => format!("case {index}"),
    };
    let mut params = Vec::new();
    if let Some(node) = node.get("params")? {
        for (name, value) in node.members()? {
            let parameter = rule_set
                .parameter(name)
                .ok_or_else(|| value.fault("the rules have no such parameter"))?;
            params.push((parameter.clone(), read_literal(&value, parameter.ty)?));
        }
    }
    let expect = node.require("expect")?;
    let expect = match (expect.get("endpoint")?, expect.get("error")?) {
        (Some(endpoint), None) => read_endpoint(&endpoint)?,
        (None, Some(message)) => Expect::Error(message.string()?.to_owned()),
        _ => return Err(expect.fault("expected either `endpoint` or `error`")),
    };
    Ok(TestCase {
        documentation,
        params,
        expect,
    })
}

fn read_endpoint(node: &Node<'_>) -> Result<Expect, Fault> {
    let mut headers = Vec::new();
    if let Some(node) = node.get("headers")? {
        for (name, values) in node.members()? {
            for value in values.items()? {
                headers.push((name.to_owned(), value.string()?.to_owned()));
            }
        }
    }
    let signing = match node.get("properties")? {
        Some(properties) => read_signing(&properties, |node| Ok(node.string()?.to_owned()))?,
        None => Signing::DEFAULT,
    };
    Ok(Expect::Endpoint {
        url: node.require("url")?.string()?.to_owned(),
        headers,
        signing,
    })
}

/// A test module for the function that [`emit`](super::emit()) writes; it belongs below that function.
pub fn emit_tests(cases: &[TestCase]) -> TokenStream {
    let cases = cases.iter().map(|case| {
        let what = &case.documentation;
        let params = emit_params(&case.params);
        let expected = emit_expected(&case.expect);
        quote!((#what, #params, #expected))
    });
    let cases = quote!(#(#cases),*);
    let module = names_module(&cases).then(|| {
        quote!(
            use connect_protocol::endpoint;
        )
    });
    quote! {
        #[cfg(test)]
        mod tests {
            #module

            use super::*;

            #[test]
            fn endpoints_are_as_the_model_expects() {
                let cases = [#cases];
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
                let field = ident(built_in.field());
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
        Literal::String(value) => quote!(endpoint::Value::String(#value.into())),
        Literal::Bool(value) => quote!(endpoint::Value::Bool(#value)),
        Literal::StringList(items) => {
            quote!(endpoint::Value::StringList(vec![#(#items.into()),*].into()))
        }
    }
}

fn emit_expected(expect: &Expect) -> TokenStream {
    let (url, headers, signing) = match expect {
        Expect::Error(message) => return quote!(Err(EndpointError::new(#message))),
        Expect::Endpoint {
            url,
            headers,
            signing,
        } => (url, headers, signing),
    };
    let (name, region) = match signing {
        Signing::Known { name, region } => (name, region),
        Signing::Unsupported(what) => return unsupported_signing(what),
    };
    let mut fields = Vec::new();
    if !headers.is_empty() {
        let headers = headers
            .iter()
            .map(|(name, value)| quote!((#name.to_owned(), #value.to_owned())));
        fields.push(quote!(headers: vec![#(#headers),*]));
    }
    for (field, value) in [("signing_region", region), ("signing_name", name)] {
        if let Some(value) = value {
            let field = ident(field);
            fields.push(quote!(#field: Some(#value.to_owned())));
        }
    }
    if fields.is_empty() {
        quote!(Ok(Endpoint::new(#url)))
    } else {
        quote!(Ok(Endpoint { #(#fields,)* ..Endpoint::new(#url) }))
    }
}

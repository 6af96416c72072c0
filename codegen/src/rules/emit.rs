//! A checked rule set to a Rust function.

use proc_macro2::TokenStream;
use quote::quote;

use super::expression::{as_argument, emit_expr, emit_test, into_string, into_text};
use super::ir::{
    Condition, Endpoint, Expr, Literal, Outcome, Parameter, ParameterType, Part, Rule, RuleSet,
    Signing, Type, host_parts,
};
use crate::names::ident;

/// Where no rule applies. The language asks for an error and leaves its words open.
const EXHAUSTED: &str = "no endpoint rule fits this configuration";

/// The function `resolve`, the content of a module of its own; that imports the module `endpoint` if the function names it.
pub fn emit(rule_set: &RuleSet) -> TokenStream {
    let is_used =
        |parameter: &&Parameter| parameter.is_demanded() || rule_set.is_read(&parameter.variable);
    let parameters: Vec<&Parameter> = rule_set.parameters.iter().filter(is_used).collect();
    let bindings = emit_bindings(&parameters, rule_set);
    let rules = emit_rules(&rule_set.rules, Leave::Value);
    let argument = if parameters.is_empty() {
        quote!(_params)
    } else {
        quote!(params)
    };
    let resolve = quote! {
        /// The endpoint for these parameters.
        pub(crate) fn resolve(#argument: &Params<'_>) -> Result<Endpoint, EndpointError> {
            #bindings
            #rules
        }
    };
    quote! {
        use connect_protocol::endpoint::{Endpoint, EndpointError, Params};

        #resolve
    }
}

/// One variable per parameter: taken out of `params`, with its default; an error where it is required and unset.
fn emit_bindings(parameters: &[&Parameter], rule_set: &RuleSet) -> TokenStream {
    let fields: Vec<TokenStream> = parameters
        .iter()
        .filter_map(|parameter| {
            let field = ident(parameter.built_in?.field);
            let variable = ident(&parameter.variable);
            Some(if field == variable {
                quote!(#field)
            } else {
                quote!(#field: #variable)
            })
        })
        .collect();
    let fields = (!fields.is_empty()).then(|| quote!(let Params { #(#fields,)* .. } = *params;));
    let others = parameters.iter().map(|parameter| {
        let variable = ident(&parameter.variable);
        let value = match (parameter.built_in, parameter.ty) {
            // These are always set in `Params`.
            (Some(_), ParameterType::Bool) if parameter.is_always_set() => return quote!(),
            (Some(_), ParameterType::Bool) => quote!(Some(#variable)),
            (Some(_), _) => quote!(#variable),
            (None, ty) => {
                let name = &parameter.name;
                match ty {
                    ParameterType::String => quote!(params.string(#name)),
                    ParameterType::Bool => quote!(params.boolean(#name)),
                    ParameterType::StringList => quote!(params.string_list(#name)),
                }
            }
        };
        match &parameter.default {
            Some(Literal::String(default)) => quote!(let #variable = #value.unwrap_or(#default);),
            Some(Literal::Bool(false)) => quote!(let #variable = #value.unwrap_or_default();),
            Some(Literal::Bool(true)) => quote!(let #variable = #value.unwrap_or(true);),
            Some(Literal::StringList(items)) => {
                quote!(let #variable = #value.unwrap_or_else(|| vec![#(#items),*]);)
            }
            None if parameter.required => {
                let message = format!("{} is not set", parameter.name);
                if !rule_set.is_read(&parameter.variable) {
                    return quote! {
                        if #value.is_none() {
                            return Err(EndpointError::new(#message));
                        }
                    };
                }
                quote! {
                    let Some(#variable) = #value else {
                        return Err(EndpointError::new(#message));
                    };
                }
            }
            None if parameter.built_in.is_some() && parameter.ty == ParameterType::String => {
                quote!()
            }
            None => quote!(let #variable = #value;),
        }
    });
    quote! { #fields #(#others)* }
}

impl RuleSet {
    fn is_read(&self, variable: &str) -> bool {
        self.rules.iter().any(|rule| rule.mentions(variable))
    }
}

impl Parameter {
    /// Whether its absence is an error, used or not.
    fn is_demanded(&self) -> bool {
        self.required && !self.is_always_set()
    }

    fn is_always_set(&self) -> bool {
        self.default.is_some()
            || (self.required && self.built_in.is_some() && self.ty == ParameterType::Bool)
    }
}

impl Rule {
    /// Whether no later rule is ever reached.
    pub(super) fn applies_always(&self) -> bool {
        let mut conditions = self.conditions.iter();
        conditions.all(|condition| matches!(condition, Condition::Let { .. }))
    }
}

/// How an outcome leaves the function: as the value of its last expression, or early.
#[derive(Clone, Copy)]
enum Leave {
    Value,
    Return,
}

impl Leave {
    fn with(self, result: &TokenStream) -> TokenStream {
        match self {
            Self::Value => result.clone(),
            Self::Return => quote!(return #result;),
        }
    }
}

/// Rules at the end of a block, so that whatever they come to, nothing is run after them.
fn emit_rules(rules: &[Rule], leave: Leave) -> TokenStream {
    let (before, last) = match rules.split_last() {
        Some((last, before)) if last.applies_always() => (before, emit_rule(last, leave)),
        _ => {
            let exhausted = quote!(Err(EndpointError::new(#EXHAUSTED)));
            (rules, leave.with(&exhausted))
        }
    };
    let before = before.iter().map(|rule| {
        let code = emit_rule(rule, Leave::Return);
        match rule.conditions.first() {
            // The names are the rule's own.
            Some(Condition::Let { .. }) => quote!({ #code }),
            _ => code,
        }
    });
    quote! { #(#before)* #last }
}

fn emit_rule(rule: &Rule, leave: Leave) -> TokenStream {
    let outcome = emit_outcome(&rule.outcome, leave);
    emit_conditions(&rule.conditions, &rule.outcome, &outcome)
}

fn emit_outcome(outcome: &Outcome, leave: Leave) -> TokenStream {
    let (bindings, result) = match outcome {
        Outcome::Endpoint {
            endpoint,
            host_variables,
        } => {
            let (bindings, url) = name_fields(endpoint, host_variables);
            let result = emit_endpoint(endpoint, &into_text(&url), into_string);
            (bindings, result)
        }
        Outcome::Error(message) => {
            let message = into_text(message);
            (quote!(), quote!(Err(EndpointError::new(#message))))
        }
        Outcome::Rules(rules) => return emit_rules(rules, leave),
    };
    let result = leave.with(&result);
    quote!(#bindings #result)
}

/// `let`s for the fields in an endpoint's URL, so that its template reads `{dns_suffix}`, and the URL that uses them. What
/// callers put into the host is checked on the way.
fn name_fields(endpoint: &Endpoint<Expr>, host_variables: &[String]) -> (TokenStream, Expr) {
    let (Expr::Text(parts), Signing::Known { .. }) = (&endpoint.url, &endpoint.signing) else {
        return (quote!(), endpoint.url.clone());
    };
    let mut bindings = TokenStream::new();
    let mut names = Vec::new();
    let mut named = Vec::new();
    let host_parts = host_parts(parts);
    for variable in host_variables {
        let name = ident(variable);
        let in_url = |part: &&Part| matches!(part, Part::Value(Expr::Variable { name, .. }) if name == variable);
        if let Some(Part::Value(value)) = parts.iter().find(in_url) {
            let value = as_argument(value);
            bindings.extend(quote!(let #name = endpoint::host_text(#variable, #value)?;));
        }
    }
    for (at, part) in parts.iter().enumerate() {
        let Part::Value(value @ Expr::Field { record, field, ty }) = part else {
            named.push(part.clone());
            continue;
        };
        let mut tokens = as_argument(value);
        let checked = at < host_parts && *record.ty().inner() == Type::Arn;
        if checked {
            tokens = quote!(endpoint::host_text(#field, #tokens)?);
        }
        let is_taken = names.contains(field) || endpoint.mentions(field);
        if is_taken || parts.len() == 1 {
            bindings.extend(checked.then(|| quote!(#tokens;)));
            named.push(part.clone());
            continue;
        }
        names.push(*field);
        let name = ident(field);
        bindings.extend(quote!(let #name = #tokens;));
        named.push(Part::Value(Expr::Variable {
            name: (*field).to_owned(),
            ty: ty.clone(),
        }));
    }
    (bindings, Expr::Text(named))
}

/// `if`s and `let`s around `body`. A variable that nothing reads is not bound.
fn emit_conditions(conditions: &[Condition], outcome: &Outcome, body: &TokenStream) -> TokenStream {
    let mut tests = Vec::new();
    let mut rest = conditions;
    while let Some((condition, after)) = rest.split_first() {
        let is_read = |variable: &String| {
            after.iter().any(|later| later.mentions(variable)) || outcome.mentions(variable)
        };
        match condition {
            Condition::True(value) => tests.push(emit_test(value, true)),
            Condition::Some { variable, value } => {
                let value = emit_expr(value);
                tests.push(match variable.as_ref().filter(|name| is_read(name)) {
                    Some(variable) => {
                        let variable = ident(variable);
                        quote!(let Some(#variable) = #value)
                    }
                    None => quote!(#value.is_some()),
                });
            }
            Condition::Let { variable, value } if is_read(variable) => {
                let variable = ident(variable);
                let value = emit_expr(value);
                let inner = emit_conditions(after, outcome, body);
                return wrap(&tests, &quote! { let #variable = #value; #inner });
            }
            Condition::Let { .. } => {}
        }
        rest = after;
    }
    wrap(&tests, body)
}

fn wrap(tests: &[TokenStream], body: &TokenStream) -> TokenStream {
    if tests.is_empty() {
        body.clone()
    } else {
        quote!(if #(#tests)&&* { #body })
    }
}

/// `Ok(Endpoint::new(url))`, with fields for what is not as by default; `string` emits a `String`.
pub(super) fn emit_endpoint<T>(
    endpoint: &Endpoint<T>,
    url: &TokenStream,
    string: impl Fn(&T) -> TokenStream,
) -> TokenStream {
    let (name, region) = match &endpoint.signing {
        Signing::Known { name, region } => (name, region),
        Signing::Unsupported(what) => {
            // A signature that this client can't make.
            let message = format!("the endpoint's way of signing is not supported: {what}");
            return quote!(Err(EndpointError::new(#message)));
        }
    };
    let mut fields = Vec::new();
    if !endpoint.headers.is_empty() {
        let headers = endpoint.headers.iter().map(|(name, value)| {
            let value = string(value);
            quote!((#name.to_owned(), #value))
        });
        fields.push(quote!(headers: vec![#(#headers),*]));
    }
    for (field, value) in [("signing_region", region), ("signing_name", name)] {
        if let Some(value) = value {
            let (field, value) = (ident(field), string(value));
            fields.push(quote!(#field: Some(#value)));
        }
    }
    if fields.is_empty() {
        quote!(Ok(Endpoint::new(#url)))
    } else {
        quote!(Ok(Endpoint { #(#fields,)* ..Endpoint::new(#url) }))
    }
}

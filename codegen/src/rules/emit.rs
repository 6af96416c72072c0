//! A checked rule set to a Rust function.

use proc_macro2::{Spacing, TokenStream, TokenTree};
use quote::{format_ident, quote};

use super::ir::{
    Condition, Endpoint, Expr, Literal, Outcome, Parameter, ParameterType, Part, Rule, RuleSet,
    Signing, Type, host_parts,
};
use crate::names::ident;

/// Where no rule applies. The language asks for an error and leaves its words open.
const EXHAUSTED: &str = "no endpoint rule fits this configuration";

/// The function `resolve`, with the imports it needs; the content of a module of its own.
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
    let module = names_module(&resolve).then(|| quote!(self,));
    quote! {
        use connect_protocol::endpoint::{#module Endpoint, EndpointError, Params};

        #resolve
    }
}

/// Whether tokens name something of the module `endpoint`: `endpoint::..`, not the variable.
fn names_module(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => names_module(&group.stream()),
        TokenTree::Ident(name) => {
            name == "endpoint"
                && matches!(tokens.get(at + 1), Some(TokenTree::Punct(next)) if next.as_char() == ':' && next.spacing() == Spacing::Joint)
        }
        _ => false,
    })
}

/// One variable per parameter: taken out of `params`, with its default, and refused where it is required and unset.
fn emit_bindings(parameters: &[&Parameter], rule_set: &RuleSet) -> TokenStream {
    let fields: Vec<TokenStream> = parameters
        .iter()
        .filter_map(|parameter| {
            let field = ident(parameter.built_in?.field());
            let variable = ident(&parameter.variable);
            Some(if field == variable {
                quote!(#field)
            } else {
                quote!(#field: #variable)
            })
        })
        .collect();
    let fields = if fields.is_empty() {
        quote!()
    } else {
        quote!(let Params { #(#fields,)* .. } = *params;)
    };
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
        Outcome::Endpoint(endpoint) => {
            let (bindings, url) = name_fields(endpoint);
            (bindings, emit_endpoint(endpoint, &into_text(&url)))
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
fn name_fields(endpoint: &Endpoint) -> (TokenStream, Expr) {
    let (Expr::Text(parts), Signing::Known { .. }) = (&endpoint.url, &endpoint.signing) else {
        return (quote!(), endpoint.url.clone());
    };
    let mut bindings = TokenStream::new();
    let mut names = Vec::new();
    let mut named = Vec::new();
    let host_parts = host_parts(parts);
    for variable in &endpoint.host_variables {
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

fn emit_endpoint(endpoint: &Endpoint, url: &TokenStream) -> TokenStream {
    let (name, region) = match &endpoint.signing {
        Signing::Known { name, region } => (name, region),
        Signing::Unsupported(what) => return unsupported_signing(what),
    };
    let plain = quote!(Endpoint::new(#url));
    let mut fields = Vec::new();
    if !endpoint.headers.is_empty() {
        let headers = endpoint.headers.iter().map(|(name, value)| {
            let value = into_string(value);
            quote!((#name.to_owned(), #value))
        });
        fields.push(quote!(headers: vec![#(#headers),*]));
    }
    for (field, value) in [("signing_region", region), ("signing_name", name)] {
        if let Some(value) = value {
            let field = ident(field);
            let value = into_string(value);
            fields.push(quote!(#field: Some(#value)));
        }
    }
    if fields.is_empty() {
        quote!(Ok(#plain))
    } else {
        quote!(Ok(Endpoint { #(#fields,)* ..#plain }))
    }
}

/// The error in place of an endpoint that demands a signature this client can't make.
pub(super) fn unsupported_signing(what: &str) -> TokenStream {
    let message = format!("the endpoint's way of signing is not supported: {what}");
    quote!(Err(EndpointError::new(#message)))
}

/// A condition that is a boolean expression, or its opposite.
fn emit_test(value: &Expr, expected: bool) -> TokenStream {
    match value {
        Expr::Not(value) => emit_test(value, !expected),
        Expr::IsSet(value) => {
            let value = emit_expr(value);
            if expected {
                quote!(#value.is_some())
            } else {
                quote!(#value.is_none())
            }
        }
        Expr::Equals(left, right) => emit_equals(left, right, expected),
        value => {
            let value = emit_expr(value);
            if expected { value } else { quote!(!#value) }
        }
    }
}

fn emit_equals(left: &Expr, right: &Expr, expected: bool) -> TokenStream {
    for (text, other) in [(left, right), (right, left)] {
        if matches!(other, Expr::Text(parts) if parts.is_empty()) {
            let text = emit_expr(text);
            let not = (!expected).then(|| quote!(!));
            return quote!(#not #text.is_empty());
        }
    }
    let mut expected = expected;
    let mut side = |value: &Expr| {
        let mut value = value;
        while let Expr::Not(inner) = value {
            value = inner;
            expected = !expected;
        }
        let tokens = emit_expr(value);
        match value {
            Expr::Equals(..) | Expr::IfElse { .. } => quote!((#tokens)),
            _ => tokens,
        }
    };
    let (left, right) = (side(left), side(right));
    if expected {
        quote!(#left == #right)
    } else {
        quote!(#left != #right)
    }
}

/// An expression of exactly the type that [`Expr::ty`] says.
fn emit_expr(value: &Expr) -> TokenStream {
    match value {
        Expr::Bool(value) => quote!(#value),
        Expr::Int(value) => {
            let value = proc_macro2::Literal::i64_unsuffixed(*value);
            quote!(#value)
        }
        Expr::Text(parts) => emit_text(parts),
        Expr::Variable { name, .. } => {
            let name = ident(name);
            quote!(#name)
        }
        Expr::Field { record, field, .. } => emit_field(record, field),
        Expr::Item { list, position } => emit_item(list, *position),
        Expr::Not(_) | Expr::Equals(..) | Expr::IsSet(_) => emit_test(value, true),
        Expr::Coalesce { values, ty } => {
            let Some((first, others)) = values.split_first() else {
                return quote!();
            };
            others.iter().fold(convert(first, ty), |before, value| {
                let next = convert(value, ty);
                if value.ty().is_option() {
                    quote!(#before.or(#next))
                } else {
                    quote!(#before.unwrap_or(#next))
                }
            })
        }
        Expr::IfElse {
            condition,
            yes,
            no,
            ty,
        } => {
            let condition = emit_test(condition, true);
            let [yes, no] = [yes, no].map(|arm| {
                let tokens = convert(arm, ty);
                if ty.is_option() && !arm.ty().is_option() {
                    quote!(Some(#tokens))
                } else {
                    tokens
                }
            });
            quote!(if #condition { #yes } else { #no })
        }
        Expr::Call {
            function,
            arguments,
            ..
        } => {
            let function = format_ident!("{function}");
            let arguments = arguments.iter().map(as_argument);
            quote!(endpoint::#function(#(#arguments),*))
        }
    }
}

/// An expression as the string type of `target`, where the two differ; options stay options.
fn convert(value: &Expr, target: &Type) -> TokenStream {
    let tokens = emit_expr(value);
    match (target.inner(), value.ty()) {
        (Type::String, Type::Str) => quote!(#tokens.to_owned()),
        (Type::String, Type::String) if is_place(value) => quote!(#tokens.clone()),
        (Type::String, Type::Option(inner)) if *inner == Type::Str => {
            quote!(#tokens.map(str::to_owned))
        }
        _ => tokens,
    }
}

/// Whether the expression names a value that somebody else may still want.
fn is_place(value: &Expr) -> bool {
    match value {
        Expr::Variable { .. } | Expr::Field { .. } => true,
        Expr::Text(parts) => matches!(parts.as_slice(), [Part::Value(value)] if is_place(value)),
        _ => false,
    }
}

fn emit_field(record: &Expr, field: &str) -> TokenStream {
    let field = ident(field);
    let tokens = emit_expr(record);
    if record.ty().is_option() {
        quote!(#tokens.map(|value| value.#field))
    } else {
        quote!(#tokens.#field)
    }
}

fn emit_item(list: &Expr, position: i64) -> TokenStream {
    let item = match position {
        0 => quote!(first()),
        -1 => quote!(last()),
        1.. => {
            let position = proc_macro2::Literal::i64_unsuffixed(position);
            quote!(get(#position))
        }
        _ => {
            let from_end = proc_macro2::Literal::i64_unsuffixed(-(position + 1));
            quote!(iter().nth_back(#from_end))
        }
    };
    let tokens = emit_expr(list);
    if list.ty().is_option() {
        quote!(#tokens.and_then(|list| list.#item.copied()))
    } else {
        quote!(#tokens.#item.copied())
    }
}

/// A template: a literal, the one value it consists of, or `format!`.
fn emit_text(parts: &[Part]) -> TokenStream {
    match parts {
        [] => return quote!(""),
        [Part::Text(text)] => return quote!(#text),
        [Part::Value(value)] => return emit_expr(value),
        _ => {}
    }
    let mut template = String::new();
    let mut values = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => template.push_str(&text.replace('{', "{{").replace('}', "}}")),
            Part::Value(Expr::Variable { name, .. }) => {
                // A format string takes a keyword as it stands.
                template.push_str(&format!("{{{}}}", name.trim_start_matches("r#")));
            }
            Part::Value(value) => {
                template.push_str("{}");
                values.push(emit_expr(value));
            }
        }
    }
    quote!(format!(#template #(, #values)*))
}

/// A function's argument; strings are passed by reference.
fn as_argument(value: &Expr) -> TokenStream {
    let tokens = emit_expr(value);
    match value.ty() {
        Type::String => quote!(&#tokens),
        _ => tokens,
    }
}

/// A string as something that turns into `Cow<'static, str>`: literals are not copied.
fn into_text(value: &Expr) -> TokenStream {
    match value {
        Expr::Text(parts) if matches!(parts.as_slice(), [] | [Part::Text(_)]) => emit_expr(value),
        _ => into_string(value),
    }
}

fn into_string(value: &Expr) -> TokenStream {
    convert(value, &Type::String)
}

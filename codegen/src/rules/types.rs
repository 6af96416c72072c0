//! The type checker: JSON to a rule set in which every name is bound and every call fits its function.

use serde_json::{Value, json};

use super::functions::call;
use super::ir::{
    BuiltIn, Condition, Endpoint, Expr, Literal, Outcome, Parameter, ParameterType, Part, Rule,
    RuleSet, Signing, Type, host_parts,
};
use super::node::{Fault, Node, text};
use super::template::{self, Piece};
use crate::error::Error;
use crate::model::ids;
use crate::names;

/// Reads and checks the value of a `smithy.rules#endpointRuleSet` trait.
///
/// `shape_id` is the service that carries it, for errors.
///
/// # Errors
///
/// Anything that is not in the language, is out of scope, may be unset where it is used, or has the wrong type.
pub fn lower(rule_set: &Value, shape_id: &str) -> Result<RuleSet, Error> {
    let rules = read_rule_set(&Node::root(rule_set));
    rules.map_err(|fault| fault.at(shape_id, ids::ENDPOINT_RULE_SET))
}

/// The rules of a service whose model has none: only an endpoint that the caller sets will do.
///
/// # Errors
///
/// None: the rule set is fixed.
pub fn without_rules() -> Result<RuleSet, Error> {
    let rule_set = json!({
        "version": "1.0",
        "parameters": { "Endpoint": { "type": "string", "builtIn": "SDK::Endpoint" } },
        "rules": [
            {
                "type": "endpoint",
                "conditions": [{ "fn": "isSet", "argv": [{ "ref": "Endpoint" }] }],
                "endpoint": { "url": { "ref": "Endpoint" } },
            },
            {
                "type": "error",
                "conditions": [],
                "error": "the service has no endpoint of its own, set one",
            },
        ],
    });
    lower(&rule_set, "smithy.api#Service")
}

fn read_rule_set(root: &Node<'_>) -> Result<RuleSet, Fault> {
    let version = root.require("version")?;
    if !version.string()?.starts_with("1.") {
        return Err(version.fault("only versions 1.x of the rules language are known"));
    }
    let mut parameters: Vec<Parameter> = Vec::new();
    for (name, node) in root.require("parameters")?.members()? {
        let parameter = read_parameter(name, &node)?;
        if let Some(other) = parameters.iter().find(|p| p.variable == parameter.variable) {
            return Err(node.fault(format!(
                "`{name}` has the same name in Rust as `{}`",
                other.name
            )));
        }
        parameters.push(parameter);
    }
    let mut scope = Scope::of(&parameters);
    let rules = read_rules(&root.require("rules")?, &mut scope)?;
    Ok(RuleSet { parameters, rules })
}

fn read_parameter(name: &str, node: &Node<'_>) -> Result<Parameter, Fault> {
    let ty_node = node.require("type")?;
    let ty = match ty_node.string()?.to_ascii_lowercase().as_str() {
        "string" => ParameterType::String,
        "boolean" => ParameterType::Bool,
        "stringarray" => ParameterType::StringList,
        other => return Err(ty_node.fault(format!("`{other}` is no type of parameters"))),
    };
    let built_in = node.read("builtIn", Node::string)?;
    let built_in = built_in.and_then(BuiltIn::named);
    if built_in.is_some_and(|built_in| built_in.ty != ty) {
        return Err(ty_node.fault("the built-in has another type"));
    }
    // Not used: only their types are checked.
    node.read("documentation", Node::string)?;
    node.read("deprecated", |node| node.read("message", Node::string))?;
    Ok(Parameter {
        variable: variable_name(name, node)?,
        name: name.to_owned(),
        ty,
        built_in,
        default: node.read("default", |default| read_literal(default, ty))?,
        required: node.read("required", Node::boolean)?.unwrap_or_default(),
    })
}

/// A default or a test's value for a parameter of this type.
pub(super) fn read_literal(node: &Node<'_>, ty: ParameterType) -> Result<Literal, Fault> {
    Ok(match ty {
        ParameterType::String => Literal::String(text(node)?),
        ParameterType::Bool => Literal::Bool(node.boolean()?),
        ParameterType::StringList => {
            let items = node.items()?.map(|item| text(&item));
            Literal::StringList(items.collect::<Result<_, _>>()?)
        }
    })
}

/// The name of a parameter or variable in Rust. `params` is taken by the emitted function's argument.
fn variable_name(name: &str, node: &Node<'_>) -> Result<String, Fault> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !starts_well || !name.chars().all(word) || name.chars().all(|c| c == '_') {
        return Err(node.fault(format!("`{name}` is no name for a parameter or variable")));
    }
    let variable = names::field_name(name);
    Ok(if variable == "params" {
        "params_value".to_owned()
    } else {
        variable
    })
}

/// The names that an expression may use, innermost last.
pub(super) struct Scope {
    bindings: Vec<Binding>,
}

struct Binding {
    /// The name in the rules.
    name: String,
    /// The name in Rust.
    variable: String,
    ty: Type,
    /// Whether the value is validated before the rules see it: the region and the endpoint that a caller sets.
    valid: bool,
}

impl Scope {
    fn of(parameters: &[Parameter]) -> Self {
        let bindings = parameters.iter().map(|parameter| {
            let ty = match parameter.ty {
                ParameterType::String => Type::Str,
                ParameterType::Bool => Type::Bool,
                ParameterType::StringList => Type::List,
            };
            let always_set = parameter.required || parameter.default.is_some();
            Binding {
                name: parameter.name.clone(),
                variable: parameter.variable.clone(),
                ty: if always_set { ty } else { ty.option() },
                valid: parameter.built_in.is_some_and(|built_in| built_in.valid),
            }
        });
        Self {
            bindings: bindings.collect(),
        }
    }

    /// The variable of this name in the rules.
    fn variable(&self, name: &str, node: &Node<'_>) -> Result<Expr, Fault> {
        let mut innermost_first = self.bindings.iter().rev();
        match innermost_first.find(|binding| binding.name == name) {
            Some(binding) => Ok(Expr::Variable {
                name: binding.variable.clone(),
                ty: binding.ty.clone(),
            }),
            None => Err(node.fault(format!("no parameter or variable `{name}` is in scope"))),
        }
    }

    fn is_valid(&self, variable: &str) -> bool {
        let mut bindings = self.bindings.iter();
        bindings.any(|binding| binding.variable == variable && binding.valid)
    }

    /// From here on the variable, which may have been unset, is known to be set.
    fn narrow(&mut self, name: &str, variable: &str, ty: &Type) {
        let valid = self.is_valid(variable);
        self.bindings.push(Binding {
            name: name.to_owned(),
            variable: variable.to_owned(),
            ty: ty.inner().clone(),
            valid,
        });
    }

    /// A new variable. Returns its name in Rust.
    fn assign(&mut self, node: &Node<'_>, ty: &Type) -> Result<String, Fault> {
        let name = node.string()?;
        let variable = variable_name(name, node)?;
        if let Some(other) = self.bindings.iter().find(|b| b.variable == variable) {
            return Err(node.fault(format!("`{}` is in scope already", other.name)));
        }
        self.narrow(name, &variable, ty);
        Ok(variable)
    }
}

fn read_rules(node: &Node<'_>, scope: &mut Scope) -> Result<Vec<Rule>, Fault> {
    if node.items()?.len() == 0 {
        return Err(node.fault("there are no rules"));
    }
    let mut rules = Vec::new();
    for node in node.items()? {
        let outer = scope.bindings.len();
        let rule = read_rule(&node, scope)?;
        scope.bindings.truncate(outer);
        rules.extend(rule);
    }
    // Nothing is reached after a rule that always applies.
    if let Some(last) = rules.iter().position(Rule::applies_always) {
        rules.truncate(last + 1);
    }
    Ok(rules)
}

/// A rule; none if one of its conditions never holds.
fn read_rule(node: &Node<'_>, scope: &mut Scope) -> Result<Option<Rule>, Fault> {
    let mut conditions = Vec::new();
    let mut possible = true;
    if let Some(nodes) = node.get("conditions")? {
        for node in nodes.items()? {
            possible &= read_condition(&node, scope, &mut conditions)?;
        }
    }
    let ty = node.require("type")?;
    let outcome = match ty.string()? {
        "endpoint" => read_outcome(&node.require("endpoint")?, scope)?,
        "error" => Outcome::Error(string(&node.require("error")?, scope)?),
        "tree" => Outcome::Rules(read_rules(&node.require("rules")?, scope)?),
        other => return Err(ty.fault(format!("`{other}` is no type of rules"))),
    };
    Ok(possible.then_some(Rule {
        conditions,
        outcome,
    }))
}

/// Adds what a condition demands and names; false if it never holds.
fn read_condition(
    node: &Node<'_>,
    scope: &mut Scope,
    conditions: &mut Vec<Condition>,
) -> Result<bool, Fault> {
    let assign = node.get("assign")?;
    let value = call(node, scope)?;
    if let Some(assign) = assign {
        let ty = value.ty();
        let variable = scope.assign(&assign, &ty)?;
        // A false boolean does not match, named or not.
        let test = (*ty.inner() == Type::Bool).then(|| {
            Condition::True(Expr::Variable {
                name: variable.clone(),
                ty: Type::Bool,
            })
        });
        conditions.push(if ty.is_option() {
            let variable = Some(variable);
            Condition::Some { variable, value }
        } else {
            Condition::Let { variable, value }
        });
        conditions.extend(test);
        return Ok(true);
    }
    match value {
        Expr::Bool(holds) => return Ok(holds),
        Expr::IsSet(value) => {
            let mut variable = None;
            if let Expr::Variable { name, ty } = value.as_ref() {
                let rules_name = node.require("argv")?.items()?.next();
                if let Some(reference) = rules_name {
                    scope.narrow(reference.require("ref")?.string()?, name, ty);
                    variable = Some(name.clone());
                }
            }
            conditions.push(Condition::Some {
                variable,
                value: *value,
            });
        }
        value => match value.ty() {
            Type::Bool => conditions.push(Condition::True(value)),
            Type::Option(inner) if *inner == Type::Bool => {
                conditions.push(Condition::True(Expr::Coalesce {
                    values: vec![value, Expr::Bool(false)],
                    ty: Type::Bool,
                }));
            }
            Type::Option(_) => conditions.push(Condition::Some {
                variable: None,
                value,
            }),
            // Always set, never false.
            _ => {}
        },
    }
    Ok(true)
}

/// An endpoint of a rule, with the variables in its host that hold what callers say.
fn read_outcome(node: &Node<'_>, scope: &Scope) -> Result<Outcome, Fault> {
    let endpoint = read_endpoint(node, |node| string(node, scope))?;
    let mut host_variables = Vec::new();
    if let Expr::Text(parts) = &endpoint.url {
        for part in &parts[..host_parts(parts)] {
            if let Part::Value(Expr::Variable { name, .. }) = part
                && !scope.is_valid(name)
                && !host_variables.contains(name)
            {
                host_variables.push(name.clone());
            }
        }
    }
    Ok(Outcome::Endpoint {
        endpoint,
        host_variables,
    })
}

/// An endpoint; `read` reads a string in it.
pub(super) fn read_endpoint<T>(
    node: &Node<'_>,
    read: impl Fn(&Node<'_>) -> Result<T, Fault>,
) -> Result<Endpoint<T>, Fault> {
    let mut headers = Vec::new();
    if let Some(node) = node.get("headers")? {
        for (name, values) in node.members()? {
            for value in values.items()? {
                headers.push((name.to_owned(), read(&value)?));
            }
        }
    }
    let signing = node.read("properties", |properties| read_signing(properties, &read))?;
    Ok(Endpoint {
        url: read(&node.require("url")?)?,
        headers,
        signing: signing.unwrap_or(Signing::DEFAULT),
    })
}

/// What an endpoint's properties say of signing; `read` reads a string among them.
fn read_signing<T>(
    properties: &Node<'_>,
    read: &impl Fn(&Node<'_>) -> Result<T, Fault>,
) -> Result<Signing<T>, Fault> {
    let Some(schemes) = properties.get("authSchemes")? else {
        return Ok(Signing::DEFAULT);
    };
    let mut others = Vec::new();
    for scheme in schemes.items()? {
        match scheme.require("name")?.string()? {
            "sigv4" => {
                for flag in ["disableDoubleEncoding", "disableNormalizePath"] {
                    if scheme.read(flag, Node::boolean)? == Some(true) {
                        return Ok(Signing::Unsupported(flag.to_owned()));
                    }
                }
                return Ok(Signing::Known {
                    name: scheme.read("signingName", read)?,
                    region: scheme.read("signingRegion", read)?,
                });
            }
            // These sign nothing, so there is nothing to change.
            "none" | "bearer" | "httpBearerAuth" => return Ok(Signing::DEFAULT),
            other => others.push(other),
        }
    }
    Ok(if others.is_empty() {
        Signing::DEFAULT
    } else {
        Signing::Unsupported(others.join(", "))
    })
}

/// An argument, URL, message or header value: a literal, a template, a reference or a call.
pub(super) fn expression(node: &Node<'_>, scope: &Scope) -> Result<Expr, Fault> {
    match node.value() {
        Value::Bool(value) => Ok(Expr::Bool(*value)),
        Value::Number(number) => match number.as_i64() {
            Some(number) => Ok(Expr::Int(number)),
            None => Err(node.fault("only whole numbers are known")),
        },
        Value::String(text) => read_template(text, node, scope),
        _ => {
            if let Some(name) = node.get("ref")? {
                scope.variable(name.string()?, &name)
            } else {
                call(node, scope)
            }
        }
    }
}

/// An expression that must be a string and set.
fn string(node: &Node<'_>, scope: &Scope) -> Result<Expr, Fault> {
    let value = expression(node, scope)?;
    let ty = value.ty();
    if !ty.is_string() {
        return Err(node.fault(format!("expected a string, found {}", ty.name())));
    }
    Ok(value)
}

fn read_template(text: &str, node: &Node<'_>, scope: &Scope) -> Result<Expr, Fault> {
    let mut parts: Vec<Part> = Vec::new();
    for piece in template::parse(text).map_err(|reason| node.fault(reason))? {
        match (piece, parts.last_mut()) {
            (Piece::Text(text), Some(Part::Text(before))) => before.push_str(text),
            (Piece::Text(text), _) => parts.push(Part::Text(text.to_owned())),
            (Piece::Value { name, path }, _) => {
                let mut value = scope.variable(name, node)?;
                if let Some(path) = path {
                    value = super::functions::attribute(value, path, node)?;
                }
                let ty = value.ty();
                if !ty.is_string() {
                    return Err(node.fault(format!("`{name}` is {}, not a string", ty.name())));
                }
                parts.push(Part::Value(value));
            }
        }
    }
    Ok(Expr::Text(parts))
}

//! The functions of the rules language and their types.

use super::ir::{Expr, Type};
use super::node::{Fault, Node};
use super::types::{Scope, expression};

/// A call: `{"fn": .., "argv": [..]}`.
pub(super) fn call(node: &Node<'_>, scope: &Scope) -> Result<Expr, Fault> {
    let function = node.require("fn")?;
    let mut arguments = Vec::new();
    for node in node.require("argv")?.items()? {
        arguments.push((expression(&node, scope)?, node));
    }
    let call = Call { node, arguments };
    let option = Type::option;
    match function.string()? {
        "isSet" => call.presence(),
        "not" => call.not(),
        "booleanEquals" => call.boolean_equals(),
        "stringEquals" => call.string_equals(),
        "getAttr" => call.get_attr(),
        "coalesce" => call.coalesce(),
        "ite" => call.if_else(),
        "isValidHostLabel" => call.plain("is_valid_host_label", "sb", Type::Bool),
        "parseURL" => call.plain("parse_url", "s", option(Type::Url)),
        "substring" => call.plain("substring", "siib", option(Type::Str)),
        "uriEncode" => call.plain("uri_encode", "s", Type::String),
        "split" => call.plain("split", "ssi", Type::List),
        "aws.partition" => call.plain("partition", "s", option(Type::Partition)),
        "aws.parseArn" => call.plain("parse_arn", "s", option(Type::Arn)),
        "aws.isVirtualHostableS3Bucket" => {
            call.plain("is_virtual_hostable_s3_bucket", "sb", Type::Bool)
        }
        other => Err(function.fault(format!("`{other}` is no function of the rules language"))),
    }
}

struct Call<'n, 'a> {
    node: &'n Node<'a>,
    arguments: Vec<(Expr, Node<'a>)>,
}

impl Call<'_, '_> {
    /// Exactly this many arguments.
    fn take<const N: usize>(self) -> Result<[Expr; N], Fault> {
        let found = self.arguments.len();
        let arguments: Vec<Expr> = self.arguments.into_iter().map(|(expr, _)| expr).collect();
        arguments.try_into().map_err(|_| {
            self.node
                .fault(format!("expected {N} arguments, found {found}"))
        })
    }

    /// Arguments of these types: `s` is a string, `b` a boolean, `i` an integer that is not negative.
    fn expect(&self, signature: &str) -> Result<(), Fault> {
        let (expected, found) = (signature.len(), self.arguments.len());
        if expected != found {
            let reason = format!("expected {expected} arguments, found {found}");
            return Err(self.node.fault(reason));
        }
        for (code, (argument, node)) in signature.chars().zip(&self.arguments) {
            let ty = argument.ty();
            let (fits, expected) = match code {
                's' => (ty.is_string(), "a string"),
                'b' => (ty == Type::Bool, "a boolean"),
                _ => (
                    matches!(argument, Expr::Int(0..)),
                    "an integer that is not negative",
                ),
            };
            if !fits {
                let found = ty.name();
                return Err(node.fault(format!("expected {expected}, found {found}")));
            }
        }
        Ok(())
    }

    /// A function that `connect_protocol::endpoint` has under this name.
    fn plain(self, function: &'static str, signature: &str, ty: Type) -> Result<Expr, Fault> {
        self.expect(signature)?;
        let arguments = self.arguments.into_iter().map(|(argument, _)| argument);
        Ok(Expr::Call {
            function,
            arguments: arguments.collect(),
            ty,
        })
    }

    fn presence(self) -> Result<Expr, Fault> {
        let [value] = self.take()?;
        Ok(if value.ty().is_option() {
            Expr::IsSet(Box::new(value))
        } else {
            Expr::Bool(true)
        })
    }

    fn not(self) -> Result<Expr, Fault> {
        self.expect("b")?;
        let [value] = self.take()?;
        Ok(negate(value))
    }

    fn boolean_equals(self) -> Result<Expr, Fault> {
        self.expect("bb")?;
        Ok(match self.take()? {
            [Expr::Bool(true), value] | [value, Expr::Bool(true)] => value,
            [Expr::Bool(false), value] | [value, Expr::Bool(false)] => negate(value),
            [left, right] => Expr::Equals(Box::new(left), Box::new(right)),
        })
    }

    fn string_equals(self) -> Result<Expr, Fault> {
        self.expect("ss")?;
        let [left, right] = self.take()?;
        Ok(Expr::Equals(Box::new(left), Box::new(right)))
    }

    fn get_attr(self) -> Result<Expr, Fault> {
        let path = match self.arguments.as_slice() {
            [_, (_, path)] => path.string()?.to_owned(),
            _ => String::new(),
        };
        let node = self.node;
        let [value, _] = self.take()?;
        attribute(value, &path, node)
    }

    fn coalesce(self) -> Result<Expr, Fault> {
        if self.arguments.len() < 2 {
            return Err(self.node.fault("expected 2 arguments or more"));
        }
        let mut values: Vec<Expr> = Vec::new();
        let mut ty = None;
        let mut set = false;
        for (value, node) in self.arguments {
            let next = value.ty();
            let common = match &ty {
                None => next.inner().clone(),
                Some(before) => common(before, next.inner()).ok_or_else(|| {
                    node.fault(format!("expected {}, found {}", before.name(), next.name()))
                })?,
            };
            ty = Some(common);
            // What follows a value that is always set is checked, but never looked at.
            if !set {
                set = !next.is_option();
                values.push(value);
            }
        }
        let ty = ty.unwrap_or(Type::Str);
        let ty = if set { ty } else { ty.option() };
        Ok(match <[Expr; 1]>::try_from(values) {
            Ok([only]) => only,
            Err(values) => Expr::Coalesce { values, ty },
        })
    }

    fn if_else(self) -> Result<Expr, Fault> {
        let node = self.node;
        let [condition, yes, no] = self.take()?;
        if condition.ty() != Type::Bool {
            let found = condition.ty().name();
            return Err(node.fault(format!("expected a boolean, found {found}")));
        }
        let (left, right) = (yes.ty(), no.ty());
        let ty = common(left.inner(), right.inner()).ok_or_else(|| {
            node.fault(format!(
                "{} or {} is no one type",
                left.name(),
                right.name()
            ))
        })?;
        let ty = if left.is_option() || right.is_option() {
            ty.option()
        } else {
            ty
        };
        Ok(match condition {
            Expr::Bool(true) => yes,
            Expr::Bool(false) => no,
            condition => Expr::IfElse {
                condition: Box::new(condition),
                yes: Box::new(yes),
                no: Box::new(no),
                ty,
            },
        })
    }
}

/// The type that values of both types can have.
fn common(left: &Type, right: &Type) -> Option<Type> {
    if left == right {
        Some(left.clone())
    } else if left.is_string() && right.is_string() {
        Some(Type::String)
    } else {
        None
    }
}

fn negate(value: Expr) -> Expr {
    match value {
        Expr::Bool(value) => Expr::Bool(!value),
        Expr::Not(value) => *value,
        value => Expr::Not(Box::new(value)),
    }
}

/// The attribute at a path such as `name` or `resourceId[0]`.
pub(super) fn attribute(value: Expr, path: &str, node: &Node<'_>) -> Result<Expr, Fault> {
    let mut value = value;
    for step in path.split('.') {
        let (key, position) = match step.split_once('[') {
            Some((key, rest)) => (key, Some(rest)),
            None => (step, None),
        };
        if !key.is_empty() || position.is_none() {
            value = field(value, key, node)?;
        }
        let Some(position) = position else { continue };
        let position = position
            .strip_suffix(']')
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| node.fault(format!("`{step}` is no step of a path")))?;
        if *value.ty().inner() != Type::List {
            let found = value.ty().name();
            return Err(node.fault(format!("`{step}` asks for an item of {found}")));
        }
        value = Expr::Item {
            list: Box::new(value),
            position,
        };
    }
    Ok(value)
}

fn field(record: Expr, key: &str, node: &Node<'_>) -> Result<Expr, Fault> {
    let record_type = record.ty();
    let (field, ty) = match (record_type.inner(), key) {
        (Type::Partition, "name") => ("name", Type::Str),
        (Type::Partition, "dnsSuffix") => ("dns_suffix", Type::Str),
        (Type::Partition, "dualStackDnsSuffix") => ("dual_stack_dns_suffix", Type::Str),
        (Type::Partition, "implicitGlobalRegion") => ("implicit_global_region", Type::Str),
        (Type::Partition, "supportsFIPS") => ("supports_fips", Type::Bool),
        (Type::Partition, "supportsDualStack") => ("supports_dual_stack", Type::Bool),
        (Type::Url, "scheme") => ("scheme", Type::Str),
        (Type::Url, "authority") => ("authority", Type::Str),
        (Type::Url, "path") => ("path", Type::Str),
        (Type::Url, "normalizedPath") => ("normalized_path", Type::String),
        (Type::Url, "isIp") => ("is_ip", Type::Bool),
        (Type::Arn, "partition") => ("partition", Type::Str),
        (Type::Arn, "service") => ("service", Type::Str),
        (Type::Arn, "region") => ("region", Type::Str),
        (Type::Arn, "accountId") => ("account_id", Type::Str),
        (Type::Arn, "resourceId") => ("resource_id", Type::List),
        _ => {
            let found = record_type.name();
            return Err(node.fault(format!("{found} has no attribute `{key}`")));
        }
    };
    let ty = if record_type.is_option() {
        ty.option()
    } else {
        ty
    };
    Ok(Expr::Field {
        record: Box::new(record),
        field,
        ty,
    })
}

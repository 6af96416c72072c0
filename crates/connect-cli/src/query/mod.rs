//! `--query`: JMESPath as the AWS CLI's users know it, which is as jmespath.py reads it.
//!
//! Evaluation is over `serde_json` values: members keep their order, whole numbers stay whole, strings can be ordered
//! (`InitiationTimestamp >= '2024-01-01'`).

mod functions;
mod lexer;
mod parser;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use self::lexer::Token;
use self::parser::Ast;
use crate::failure::Failure;

/// A compiled query.
#[derive(Debug)]
pub(crate) struct Query(Ast);

impl Query {
    /// Compiles a query.
    ///
    /// # Errors
    ///
    /// A text that is no JMESPath is a wrong command line.
    pub(crate) fn compile(text: &str) -> Result<Self, Failure> {
        let wrong = |error| Failure::Usage(format!("Bad value for --query {text}: {error}"));
        parser::parse(text).map(Self).map_err(wrong)
    }

    /// Applies the query.
    ///
    /// # Errors
    ///
    /// A function that is not there, or is given what it does not take.
    pub(crate) fn search(&self, value: &Value) -> Result<Value, Failure> {
        evaluate(&self.0, value)
            .map(Cow::into_owned)
            .map_err(Failure::other)
    }
}

/// Why a query has no result.
#[derive(Debug, thiserror::Error)]
enum QueryError {
    #[error("Unknown function: {0}()")]
    UnknownFunction(String),
    #[error("Expected {expected} for function {name}(), received {received}")]
    Arity {
        name: String,
        expected: &'static str,
        received: usize,
    },
    #[error("In function {name}(), invalid type for value: {value}, expected {expected}")]
    Type {
        name: String,
        value: String,
        expected: &'static str,
    },
    #[error("{0} cannot be compared with {1}")]
    Order(String, String),
    #[error("Invalid slice: the step cannot be 0")]
    Slice,
    #[error("An expression stands where a value is expected")]
    Expression,
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

type Found<'v> = Result<Cow<'v, Value>, QueryError>;

/// Applies an expression to a value.
fn evaluate<'v>(ast: &'v Ast, value: &'v Value) -> Found<'v> {
    let owned = |value| Ok(Cow::Owned(value));
    match ast {
        Ast::Current => Ok(Cow::Borrowed(value)),
        Ast::Field(name) => Ok(borrowed_or_null(value.get(name))),
        Ast::Index(index) => Ok(borrowed_or_null(element(value, *index))),
        Ast::Slice(bounds) => slice(value, *bounds).map(Cow::Owned),
        Ast::Literal(value) => Ok(Cow::Borrowed(value)),
        Ast::Then(left, right) | Ast::Indexed(left, right) => match evaluate(left, value)? {
            Cow::Borrowed(value) => evaluate(right, value),
            Cow::Owned(value) => within(right, &value),
        },
        Ast::Condition(condition, then) => {
            if is_true(evaluate(condition, value)?.as_ref()) {
                evaluate(then, value)
            } else {
                owned(Value::Null)
            }
        }
        Ast::And(left, right) => match evaluate(left, value)? {
            left if is_true(&left) => evaluate(right, value),
            left => Ok(left),
        },
        Ast::Or(left, right) => match evaluate(left, value)? {
            left if is_true(&left) => Ok(left),
            _ => evaluate(right, value),
        },
        Ast::Not(inner) => owned(Value::Bool(!is_true(evaluate(inner, value)?.as_ref()))),
        Ast::Comparison(operator, left, right) => compare(
            operator,
            &*evaluate(left, value)?,
            &*evaluate(right, value)?,
        )
        .map(Cow::Owned),
        Ast::List(_) | Ast::Hash(_) if value.is_null() => owned(Value::Null),
        Ast::List(elements) => {
            let elements = elements.iter().map(|element| within(element, value));
            let elements: Result<Vec<_>, _> =
                elements.map(|found| found.map(Cow::into_owned)).collect();
            owned(Value::Array(elements?))
        }
        Ast::Hash(elements) => {
            let mut members = Map::new();
            for (key, element) in elements {
                members.insert(key.clone(), evaluate(element, value)?.into_owned());
            }
            owned(Value::Object(members))
        }
        Ast::Projection(left, each) => {
            let Value::Array(values) = evaluate(left, value)?.into_owned() else {
                return owned(Value::Null);
            };
            let mut projected = Vec::new();
            for value in &values {
                let found = within(each, value)?;
                if !found.is_null() {
                    projected.push(found.into_owned());
                }
            }
            owned(Value::Array(projected))
        }
        Ast::ObjectValues(inner) => match evaluate(inner, value)?.into_owned() {
            Value::Object(members) => owned(members.into_iter().map(|(_, value)| value).collect()),
            _ => owned(Value::Null),
        },
        Ast::Flatten(inner) => {
            let Value::Array(values) = evaluate(inner, value)?.into_owned() else {
                return owned(Value::Null);
            };
            let mut flat = Vec::new();
            for value in values {
                match value {
                    Value::Array(values) => flat.extend(values),
                    value => flat.push(value),
                }
            }
            owned(Value::Array(flat))
        }
        Ast::Function(name, arguments) => functions::call(name, arguments, value).map(Cow::Owned),
        Ast::Reference(_) => Err(QueryError::Expression),
    }
}

/// Applies an expression to a value that does not live as long as the result has to.
fn within<'r>(ast: &Ast, value: &Value) -> Found<'r> {
    Ok(Cow::Owned(evaluate(ast, value)?.into_owned()))
}

fn borrowed_or_null(value: Option<&Value>) -> Cow<'_, Value> {
    value.map_or(Cow::Owned(Value::Null), Cow::Borrowed)
}

/// The element of a list at an index; a negative one counts from the end.
fn element(value: &Value, index: i64) -> Option<&Value> {
    let values = value.as_array()?;
    let from_end = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 {
        values.get(values.len().checked_sub(from_end)?)
    } else {
        values.get(from_end)
    }
}

/// What JMESPath takes for true: all but null, false and what is empty.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(members) => !members.is_empty(),
    }
}

/// Compares two values. What is neither number nor text has no order, and null comes of it; a number and a text are an error.
fn compare(operator: &Token, left: &Value, right: &Value) -> Result<Value, QueryError> {
    let found = match (operator, order(left, right)) {
        (Token::Equal, _) => equal(left, right),
        (Token::NotEqual, _) => !equal(left, right),
        (Token::Less, Some(order)) => order.is_lt(),
        (Token::LessOrEqual, Some(order)) => order.is_le(),
        (Token::Greater, Some(order)) => order.is_gt(),
        (_, Some(order)) => order.is_ge(),
        _ if order(left, left).is_some() && order(right, right).is_some() => {
            return Err(QueryError::Order(left.to_string(), right.to_string()));
        }
        _ => return Ok(Value::Null),
    };
    Ok(found.into())
}

/// Whether two values are the same for `==`.
fn equal(left: &Value, right: &Value) -> bool {
    left.is_boolean() == right.is_boolean() && same(left, right)
}

/// Whether two values are the same for Python: numbers by what they count, members in any order, and true is 1.
fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let same = |(key, left)| right.get(key).is_some_and(|right| same(left, right));
            left.len() == right.len() && left.iter().all(same)
        }
        _ => match (counted(left), counted(right)) {
            (Some(left), Some(right)) => order_of_numbers(&left, &right) == Some(Ordering::Equal),
            _ => left == right,
        },
    }
}

fn counted(value: &Value) -> Option<Number> {
    match value {
        Value::Bool(value) => Some(u8::from(*value).into()),
        Value::Number(number) => Some(number.clone()),
        _ => None,
    }
}

/// The order of two numbers or two strings; nothing else has one.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => order_of_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn order_of_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (left.as_i64(), right.as_i64()) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// Part of a list, as Python slices it.
fn slice(value: &Value, [start, stop, step]: [Option<i64>; 3]) -> Result<Value, QueryError> {
    let Value::Array(values) = value else {
        return Ok(Value::Null);
    };
    let step = step.unwrap_or(1);
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    // Going backwards, the first index is the last element's and the end lies before the first.
    let (least, most) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let bound = |bound: Option<i64>, otherwise: i64| {
        bound.map_or(otherwise, |bound| {
            let bound = if bound < 0 { bound + length } else { bound };
            bound.clamp(least, most)
        })
    };
    let (from, to) = match step {
        0 => return Err(QueryError::Slice),
        ..0 => (bound(start, most), bound(stop, least)),
        1.. => (bound(start, least), bound(stop, most)),
    };
    let mut part = Vec::new();
    let mut index = from;
    while (step > 0 && index < to) || (step < 0 && index > to) {
        let value = usize::try_from(index)
            .ok()
            .and_then(|index| values.get(index));
        part.extend(value.cloned());
        index = index.saturating_add(step);
    }
    Ok(Value::Array(part))
}

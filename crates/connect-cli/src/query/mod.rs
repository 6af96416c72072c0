//! `--query`: JMESPath.
//!
//! The crate `jmespath` parses; evaluation is here, over `serde_json` values, because the AWS CLI's users rely on what
//! the crate's own values cannot give: members keep their order, whole numbers stay whole, strings can be ordered
//! (`InitiationTimestamp >= '2024-01-01'`).

mod functions;

use std::borrow::Cow;
use std::cmp::Ordering;

use jmespath::ast::{Ast, Comparator};
use serde_json::{Map, Value};

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
        match jmespath::parse(text) {
            Ok(ast) => Ok(Self(ast)),
            Err(error) => Err(Failure::Usage(format!(
                "Bad value for --query {text}: {}",
                error.to_string().trim_end()
            ))),
        }
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
    #[error("Invalid slice: the step cannot be 0")]
    Slice,
    #[error("An expression stands where a value is expected")]
    Expression,
}

type Found<'v> = Result<Cow<'v, Value>, QueryError>;

/// Applies an expression to a value.
fn evaluate<'v>(ast: &'v Ast, value: &'v Value) -> Found<'v> {
    let owned = |value| Ok(Cow::Owned(value));
    match ast {
        Ast::Identity { .. } => Ok(Cow::Borrowed(value)),
        Ast::Field { name, .. } => Ok(borrowed_or_null(value.get(name))),
        Ast::Index { idx, .. } => Ok(borrowed_or_null(element(value, *idx))),
        Ast::Literal { value, .. } => owned(serde_json::to_value(value).unwrap_or_default()),
        Ast::Subexpr { lhs, rhs, .. } => match evaluate(lhs, value)? {
            Cow::Borrowed(value) => evaluate(rhs, value),
            Cow::Owned(value) => within(rhs, &value),
        },
        Ast::Condition {
            predicate, then, ..
        } => {
            if is_true(evaluate(predicate, value)?.as_ref()) {
                evaluate(then, value)
            } else {
                owned(Value::Null)
            }
        }
        Ast::And { lhs, rhs, .. } => {
            let left = evaluate(lhs, value)?;
            if is_true(&left) {
                evaluate(rhs, value)
            } else {
                Ok(left)
            }
        }
        Ast::Or { lhs, rhs, .. } => {
            let left = evaluate(lhs, value)?;
            if is_true(&left) {
                Ok(left)
            } else {
                evaluate(rhs, value)
            }
        }
        Ast::Not { node, .. } => owned(Value::Bool(!is_true(evaluate(node, value)?.as_ref()))),
        Ast::Comparison {
            comparator,
            lhs,
            rhs,
            ..
        } => {
            let (left, right) = (evaluate(lhs, value)?, evaluate(rhs, value)?);
            owned(compare(comparator, &left, &right).map_or(Value::Null, Value::Bool))
        }
        Ast::MultiList { .. } | Ast::MultiHash { .. } if value.is_null() => owned(Value::Null),
        Ast::MultiList { elements, .. } => {
            let elements = elements.iter().map(|element| within(element, value));
            let elements: Result<Vec<_>, _> =
                elements.map(|found| found.map(Cow::into_owned)).collect();
            owned(Value::Array(elements?))
        }
        Ast::MultiHash { elements, .. } => {
            let mut members = Map::new();
            for element in elements {
                let found = evaluate(&element.value, value)?.into_owned();
                members.insert(element.key.clone(), found);
            }
            owned(Value::Object(members))
        }
        Ast::Projection { lhs, rhs, .. } => {
            let Value::Array(values) = evaluate(lhs, value)?.into_owned() else {
                return owned(Value::Null);
            };
            let mut projected = Vec::new();
            for value in &values {
                let found = within(rhs, value)?;
                if !found.is_null() {
                    projected.push(found.into_owned());
                }
            }
            owned(Value::Array(projected))
        }
        Ast::ObjectValues { node, .. } => match evaluate(node, value)?.into_owned() {
            Value::Object(members) => owned(members.into_iter().map(|(_, value)| value).collect()),
            _ => owned(Value::Null),
        },
        Ast::Flatten { node, .. } => {
            let Value::Array(values) = evaluate(node, value)?.into_owned() else {
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
        Ast::Slice {
            start, stop, step, ..
        } => slice(value, *start, *stop, *step).map(Cow::Owned),
        Ast::Function { name, args, .. } => functions::call(name, args, value).map(Cow::Owned),
        Ast::Expref { .. } => Err(QueryError::Expression),
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
fn element(value: &Value, index: i32) -> Option<&Value> {
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

fn compare(comparator: &Comparator, left: &Value, right: &Value) -> Option<bool> {
    Some(match comparator {
        Comparator::Equal => equal(left, right),
        Comparator::NotEqual => !equal(left, right),
        Comparator::LessThan => order(left, right)?.is_lt(),
        Comparator::LessThanEqual => order(left, right)?.is_le(),
        Comparator::GreaterThan => order(left, right)?.is_gt(),
        Comparator::GreaterThanEqual => order(left, right)?.is_ge(),
    })
}

/// Whether two values are the same; numbers by what they count, members in any order.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => order(left, right).is_some_and(Ordering::is_eq),
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| equal(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let same = |(key, left)| right.get(key).is_some_and(|right| equal(left, right));
            left.len() == right.len() && left.iter().all(same)
        }
        (left, right) => left == right,
    }
}

/// The order of two numbers or two strings; nothing else has one.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match (left.as_i64(), right.as_i64()) {
            (Some(left), Some(right)) => Some(left.cmp(&right)),
            _ => left.as_f64()?.partial_cmp(&right.as_f64()?),
        },
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

/// Part of a list, as Python slices it.
fn slice(
    value: &Value,
    start: Option<i32>,
    stop: Option<i32>,
    step: i32,
) -> Result<Value, QueryError> {
    let Value::Array(values) = value else {
        return Ok(Value::Null);
    };
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    // Going backwards, the first index is the last element's and the end lies before the first.
    let (least, most) = if step < 0 {
        (-1, length - 1)
    } else {
        (0, length)
    };
    let bound = |bound: Option<i32>, otherwise: i64| {
        bound.map_or(otherwise, |bound| {
            let bound = i64::from(bound);
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
        index += i64::from(step);
    }
    Ok(Value::Array(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contacts() -> Value {
        json!({
            "ContactSummaryList": [
                {"ContactId": "c-1", "Channel": "VOICE", "InitiationTimestamp": "2023-11-14T22:13:20+00:00"},
                {"ContactId": "c-2", "Channel": "CHAT", "InitiationTimestamp": "2024-02-01T00:00:00+00:00"},
                {"ContactId": "c-3", "Channel": "VOICE", "InitiationTimestamp": "2024-03-01T00:00:00+00:00"},
            ],
            "Counts": [3, 1, 2.5],
        })
    }

    fn search(query: &str) -> Value {
        Query::compile(query).unwrap().search(&contacts()).unwrap()
    }

    #[test]
    fn members_keep_their_order() {
        let found = search("ContactSummaryList[0].{Zebra: ContactId, Apple: Channel}");
        assert_eq!(found.to_string(), r#"{"Zebra":"c-1","Apple":"VOICE"}"#);
        let found = search("ContactSummaryList[1] | *");
        assert_eq!(
            found.to_string(),
            r#"["c-2","CHAT","2024-02-01T00:00:00+00:00"]"#
        );
        assert_eq!(search("keys(@)"), json!(["ContactSummaryList", "Counts"]));
    }

    #[test]
    fn strings_can_be_ordered_and_numbers_stay_whole() {
        let query = "ContactSummaryList[?InitiationTimestamp >= '2024'].ContactId";
        assert_eq!(search(query), json!(["c-2", "c-3"]));
        assert_eq!(search("length(ContactSummaryList)"), json!(3));
        assert_eq!(search("sum(Counts[:2])"), json!(4));
        assert_eq!(search("sum(Counts)"), json!(6.5));
        assert_eq!(
            search("ContactSummaryList[?`1` == `1.0`] | length(@)"),
            json!(3)
        );
    }

    #[test]
    fn slices_count_from_both_ends() {
        for (query, expected) in [
            ("Counts[::-1]", json!([2.5, 1, 3])),
            ("Counts[-2:]", json!([1, 2.5])),
            ("Counts[5:]", json!([])),
            ("Counts[-10:-1]", json!([3, 1])),
            ("Counts[2:0:-1]", json!([2.5, 1])),
            ("Counts[-1]", json!(2.5)),
            ("Counts[-4]", json!(null)),
        ] {
            assert_eq!(search(query), expected, "{query}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let failure = Query::compile("foo[").unwrap_err();
        assert_eq!(failure.exit_code(), 252);
        assert!(
            failure
                .to_string()
                .starts_with("Bad value for --query foo[: ")
        );
        for (query, message) in [
            ("nope(@)", "Unknown function: nope()"),
            (
                "abs(@, @)",
                "Expected 1 argument for function abs(), received 2",
            ),
            (
                "abs('x')",
                "In function abs(), invalid type for value: \"x\", expected a number",
            ),
            ("Counts[::0]", "Invalid slice: the step cannot be 0"),
        ] {
            let query = Query::compile(query).unwrap();
            let failure = query.search(&contacts()).unwrap_err();
            assert_eq!(failure.to_string(), message);
            assert_eq!(failure.exit_code(), 255);
        }
    }
}

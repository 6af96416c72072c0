//! The functions of JMESPath.

use std::borrow::Cow;
use std::cmp::Ordering;

use serde_json::{Map, Number, Value};

use super::parser::Ast;
use super::{QueryError, evaluate, order, same, within};
use crate::python::Python;

/// Calls a function with arguments that are evaluated against `value`.
pub(super) fn call(name: &str, arguments: &[Ast], value: &Value) -> Result<Value, QueryError> {
    let call = Call {
        name,
        arguments,
        value,
    };
    match name {
        "abs" => call.number(number_abs),
        "ceil" => call.number(|number| whole(number, f64::ceil)),
        "floor" => call.number(|number| whole(number, f64::floor)),
        "avg" => Ok(average(&call.numbers()?)),
        "sum" => Ok(sum(&call.numbers()?)),
        "contains" => call.contains(),
        "starts_with" => call.affix(|text, part| text.starts_with(part)),
        "ends_with" => call.affix(|text, part| text.ends_with(part)),
        "join" => call.join(),
        "keys" => call.members(|(key, _)| key.into()),
        "values" => call.members(|(_, value)| value),
        "length" => call.length(),
        "map" => call.mapped(0, 1).map(|(found, _)| Value::Array(found)),
        "max" => Ok(extreme(call.ordered()?, Ordering::Greater)),
        "min" => Ok(extreme(call.ordered()?, Ordering::Less)),
        "max_by" => Ok(extreme(call.ordered_by()?, Ordering::Greater)),
        "min_by" => Ok(extreme(call.ordered_by()?, Ordering::Less)),
        "sort" => Ok(sorted(call.ordered()?)),
        "sort_by" => Ok(sorted(call.ordered_by()?)),
        "merge" => call.merge(),
        // All are evaluated: what is wrong in a later one is an error too.
        "not_null" => call.all().map(|values| {
            let mut values = values.into_iter();
            values.find(|value| !value.is_null()).unwrap_or_default()
        }),
        "reverse" => call.reverse(),
        "to_array" => call.one().map(|value| match value {
            Value::Array(_) => value,
            value => Value::Array(vec![value]),
        }),
        "to_number" => call.one().map(to_number),
        "to_string" => match call.one()? {
            text @ Value::String(_) => Ok(text),
            value => Ok(python_json(&value)?.into()),
        },
        "type" => call.one().map(|value| Value::from(type_name(&value))),
        _ => Err(QueryError::UnknownFunction(name.to_owned())),
    }
}

/// A function's name and what it is given.
struct Call<'v> {
    name: &'v str,
    arguments: &'v [Ast],
    value: &'v Value,
}

impl Call<'_> {
    fn arity(&self, count: usize, expected: &'static str) -> Result<(), QueryError> {
        if self.arguments.len() == count {
            return Ok(());
        }
        Err(QueryError::Arity {
            name: self.name.to_owned(),
            expected,
            received: self.arguments.len(),
        })
    }

    fn wrong_type(&self, value: &Value, expected: &'static str) -> QueryError {
        QueryError::Type {
            name: self.name.to_owned(),
            value: value.to_string(),
            expected,
        }
    }

    /// The argument at an index, whose presence the arity has been checked for.
    fn argument(&self, index: usize) -> Result<Value, QueryError> {
        Ok(evaluate(&self.arguments[index], self.value)?.into_owned())
    }

    fn one(&self) -> Result<Value, QueryError> {
        self.arity(1, "1 argument")?;
        self.argument(0)
    }

    fn two(&self) -> Result<(Value, Value), QueryError> {
        self.arity(2, "2 arguments")?;
        Ok((self.argument(0)?, self.argument(1)?))
    }

    /// All arguments, of which there is one at least.
    fn all(&self) -> Result<Vec<Value>, QueryError> {
        if self.arguments.is_empty() {
            self.arity(1, "at least 1 argument")?;
        }
        let indexes = 0..self.arguments.len();
        indexes.map(|index| self.argument(index)).collect()
    }

    fn array(&self, value: Value) -> Result<Vec<Value>, QueryError> {
        match value {
            Value::Array(values) => Ok(values),
            value => Err(self.wrong_type(&value, "an array")),
        }
    }

    fn object(&self, value: Value) -> Result<Map<String, Value>, QueryError> {
        match value {
            Value::Object(members) => Ok(members),
            value => Err(self.wrong_type(&value, "an object")),
        }
    }

    fn text(&self, value: Value) -> Result<String, QueryError> {
        match value {
            Value::String(text) => Ok(text),
            value => Err(self.wrong_type(&value, "a string")),
        }
    }

    fn number(&self, function: impl FnOnce(&Number) -> Value) -> Result<Value, QueryError> {
        match self.one()? {
            Value::Number(number) => Ok(function(&number)),
            value => Err(self.wrong_type(&value, "a number")),
        }
    }

    fn numbers(&self) -> Result<Vec<Number>, QueryError> {
        let values = self.array(self.one()?)?;
        let number = |value| match value {
            Value::Number(number) => Ok(number),
            value => Err(self.wrong_type(&value, "an array of numbers")),
        };
        values.into_iter().map(number).collect()
    }

    fn contains(&self) -> Result<Value, QueryError> {
        let (subject, search) = self.two()?;
        match (&subject, &search) {
            (Value::Array(values), search) => {
                Ok(values.iter().any(|value| same(value, search)).into())
            }
            (Value::String(text), Value::String(search)) => Ok(text.contains(search).into()),
            (Value::String(_), _) => Err(self.wrong_type(&search, "a string")),
            _ => Err(self.wrong_type(&subject, "an array or a string")),
        }
    }

    fn affix(&self, test: impl FnOnce(&str, &str) -> bool) -> Result<Value, QueryError> {
        let (text, part) = self.two()?;
        Ok(test(&self.text(text)?, &self.text(part)?).into())
    }

    fn join(&self) -> Result<Value, QueryError> {
        let (glue, values) = self.two()?;
        let glue = self.text(glue)?;
        let values = self.array(values)?.into_iter();
        let texts: Result<Vec<_>, _> = values.map(|value| self.text(value)).collect();
        Ok(texts?.join(&glue).into())
    }

    fn members(&self, pick: impl Fn((String, Value)) -> Value) -> Result<Value, QueryError> {
        let members = self.object(self.one()?)?;
        Ok(members.into_iter().map(pick).collect())
    }

    fn length(&self) -> Result<Value, QueryError> {
        match self.one()? {
            Value::String(text) => Ok(text.chars().count().into()),
            Value::Array(values) => Ok(values.len().into()),
            Value::Object(members) => Ok(members.len().into()),
            value => Err(self.wrong_type(&value, "a string, an array or an object")),
        }
    }

    fn merge(&self) -> Result<Value, QueryError> {
        let mut merged = Map::new();
        for value in self.all()? {
            merged.extend(self.object(value)?);
        }
        Ok(Value::Object(merged))
    }

    fn reverse(&self) -> Result<Value, QueryError> {
        match self.one()? {
            Value::Array(values) => Ok(values.into_iter().rev().collect()),
            Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
            value => Err(self.wrong_type(&value, "an array or a string")),
        }
    }

    /// The array of `map(&expression, array)` and its like, and what the expression makes of each element.
    fn mapped(
        &self,
        expression: usize,
        array: usize,
    ) -> Result<(Vec<Value>, Vec<Value>), QueryError> {
        self.arity(2, "2 arguments")?;
        let values = self.array(self.argument(array)?)?;
        let Ast::Reference(inner) = &self.arguments[expression] else {
            return Err(self.wrong_type(&self.argument(expression)?, "an expression"));
        };
        let found = values
            .iter()
            .map(|value| within(inner, value).map(Cow::into_owned));
        let found: Result<_, _> = found.collect();
        Ok((found?, values))
    }

    /// The elements of an array, each after what orders it: itself.
    fn ordered(&self) -> Result<Vec<(Value, Value)>, QueryError> {
        let values = self.array(self.one()?)?;
        self.comparable(values.clone(), values)
    }

    /// The elements of an array, each after what orders it: what an expression makes of it.
    fn ordered_by(&self) -> Result<Vec<(Value, Value)>, QueryError> {
        let (keys, values) = self.mapped(1, 0)?;
        self.comparable(keys, values)
    }

    /// Keys and values in pairs, if the keys are all numbers or all strings.
    fn comparable(
        &self,
        keys: Vec<Value>,
        values: Vec<Value>,
    ) -> Result<Vec<(Value, Value)>, QueryError> {
        let first = keys.first();
        let has_order = |key: &&Value| first.is_some_and(|first| order(first, key).is_some());
        match keys.iter().find(|key| !has_order(key)) {
            Some(key) => Err(self.wrong_type(key, "all numbers or all strings")),
            None => Ok(keys.into_iter().zip(values).collect()),
        }
    }
}

/// The value whose key stands as wanted towards all others; of equal ones the first.
fn extreme(keyed: Vec<(Value, Value)>, wanted: Ordering) -> Value {
    let better = |best: (Value, Value), next: (Value, Value)| {
        if order(&next.0, &best.0) == Some(wanted) {
            next
        } else {
            best
        }
    };
    let best = keyed.into_iter().reduce(better);
    best.map(|(_, value)| value).unwrap_or_default()
}

fn sorted(mut keyed: Vec<(Value, Value)>) -> Value {
    keyed.sort_by(|(left, _), (right, _)| order(left, right).unwrap_or(Ordering::Equal));
    keyed.into_iter().map(|(_, value)| value).collect()
}

fn number_abs(number: &Number) -> Value {
    match number.as_i64().and_then(i64::checked_abs) {
        Some(number) => number.into(),
        None => number.as_f64().map(f64::abs).into(),
    }
}

/// A number rounded to a whole one.
fn whole(number: &Number, round: impl FnOnce(f64) -> f64) -> Value {
    match number.as_f64() {
        // Larger doubles are whole, and no longer fit.
        Some(value) if number.is_f64() && value.abs() < 9e18 => (round(value) as i64).into(),
        _ => Value::Number(number.clone()),
    }
}

/// Whole where all are whole and the sum fits.
fn sum(numbers: &[Number]) -> Value {
    let whole = numbers
        .iter()
        .try_fold(0_i64, |sum, number| sum.checked_add(number.as_i64()?));
    whole.map_or_else(|| total(numbers).into(), Value::from)
}

fn average(numbers: &[Number]) -> Value {
    if numbers.is_empty() {
        return Value::Null;
    }
    (total(numbers) / numbers.len() as f64).into()
}

fn total(numbers: &[Number]) -> f64 {
    numbers.iter().filter_map(Number::as_f64).sum()
}

fn to_number(value: Value) -> Value {
    match value {
        Value::Number(_) => value,
        Value::String(text) => {
            let text = text.trim();
            match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(number), _) => number.into(),
                (_, Ok(number)) => number.into(),
                _ => Value::Null,
            }
        }
        _ => Value::Null,
    }
}

/// JSON in one line and in ASCII, as Python writes it.
fn python_json(value: &Value) -> Result<String, QueryError> {
    let mut ascii = String::new();
    for unit in serde_json::to_string(&Python(value))?.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte < 0x7f => ascii.push(byte.into()),
            _ => ascii.push_str(&format!("\\u{unit:04x}")),
        }
    }
    Ok(ascii)
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::query::Query;

    #[test]
    fn every_function_does_what_the_specification_says() {
        let value = json!({
            "n": -3, "f": 2.5, "s": "text", "a": [3, 1, 2], "t": ["b", "a"], "e": [],
            "o": {"z": 1, "y": null}, "p": [{"k": 2, "v": "two"}, {"k": 1, "v": "one"}],
        });
        for (query, expected) in [
            ("abs(n)", json!(3)),
            ("abs(`-2.5`)", json!(2.5)),
            ("ceil(f)", json!(3)),
            ("floor(f)", json!(2)),
            ("floor(n)", json!(-3)),
            ("avg(a)", json!(2.0)),
            ("avg(e)", json!(null)),
            ("sum(a)", json!(6)),
            ("sum(e)", json!(0)),
            ("contains(a, `1`)", json!(true)),
            ("contains(a, `1.0`)", json!(true)),
            ("contains(s, 'ex')", json!(true)),
            ("starts_with(s, 'te')", json!(true)),
            ("ends_with(s, 'te')", json!(false)),
            ("join('-', t)", json!("b-a")),
            ("keys(o)", json!(["z", "y"])),
            ("values(o)", json!([1, null])),
            ("length(s)", json!(4)),
            ("length(o)", json!(2)),
            ("map(&v, p)", json!(["two", "one"])),
            ("map(&nope, p)", json!([null, null])),
            ("max(a)", json!(3)),
            ("min(t)", json!("a")),
            ("max(e)", json!(null)),
            ("max_by(p, &k).v", json!("two")),
            ("min_by(p, &k).v", json!("one")),
            ("min_by(e, &k)", json!(null)),
            ("sort(a)", json!([1, 2, 3])),
            ("sort_by(p, &k)[].v", json!(["one", "two"])),
            (
                "merge(o, {y: `2`, x: `3`})",
                json!({"z": 1, "y": 2, "x": 3}),
            ),
            ("not_null(o.y, o.q, s)", json!("text")),
            ("not_null(o.y)", json!(null)),
            ("reverse(a)", json!([2, 1, 3])),
            ("reverse(s)", json!("txet")),
            ("to_array(n)", json!([-3])),
            ("to_array(a)", json!([3, 1, 2])),
            ("to_number('12')", json!(12)),
            ("to_number('1.5')", json!(1.5)),
            ("to_number(s)", json!(null)),
            ("to_string(a)", json!("[3,1,2]")),
            ("to_string(s)", json!("text")),
            ("type(o)", json!("object")),
            ("type(o.y)", json!("null")),
        ] {
            let found = Query::compile(query).unwrap().search(&value).unwrap();
            assert_eq!(found, expected, "{query}");
        }
    }

    #[test]
    fn what_has_no_order_is_rejected() {
        for query in [
            "sort([`1`, 'a'])",
            "max([`true`])",
            "sort_by([{a: `null`}], &a)",
        ] {
            let query = Query::compile(query).unwrap();
            let failure = query.search(&json!({})).unwrap_err().to_string();
            assert!(failure.contains("all numbers or all strings"), "{failure}");
        }
    }
}

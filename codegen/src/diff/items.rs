//! The items of an API, flat: a path each, with the parts that may differ.

use std::collections::BTreeMap;
use std::fmt;

use proc_macro2::TokenStream;

use crate::ir::{
    Auth, Binding, Constraints, Enum, ErrorWire, Member, Operation, Pagination, Role, Segment,
    Service, Step, Structure, Target, Union,
};
use crate::rules;

/// An item of the API: what it is, part by part.
pub(super) struct Item {
    /// The path of the item around it.
    pub(super) parent: Option<String>,
    parts: Vec<(&'static str, String)>,
}

impl Item {
    /// What it is, in short.
    pub(super) fn summary(&self) -> String {
        let parts = self.parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<String> = parts
            .map(|(name, value)| match *name {
                "kind" | "type" | "value" => value.clone(),
                name => format!("{name} {value}"),
            })
            .collect();
        parts.join(", ")
    }

    /// The parts that differ; `None` if none does.
    pub(super) fn changes(&self, new: &Self) -> Option<String> {
        let part = |item: &Self, name: &str| {
            let mut parts = item.parts.iter();
            let value = parts.find(|(other, _)| *other == name);
            value.map_or_else(String::new, |(_, value)| value.clone())
        };
        let mut names: Vec<&str> = self.parts.iter().map(|(name, _)| *name).collect();
        let others = new.parts.iter().map(|(name, _)| *name);
        names.extend(others.filter(|name| self.parts.iter().all(|(other, _)| other != name)));
        let changes: Vec<String> = names
            .into_iter()
            .map(|name| (name, part(self, name), part(new, name)))
            .filter(|(_, old, new)| old != new)
            .map(|(name, old, new)| match (old.is_empty(), new.is_empty()) {
                (true, _) => format!("{name}: now {new}"),
                (_, true) => format!("{name}: no longer {old}"),
                _ => format!("{name}: {old} -> {new}"),
            })
            .collect();
        (!changes.is_empty()).then(|| changes.join("; "))
    }
}

/// Items by path.
#[derive(Default)]
struct Items(BTreeMap<String, Item>);

/// All items of a service, by path.
pub(super) fn items(service: &Service) -> BTreeMap<String, Item> {
    let mut items = Items::default();
    items.add(
        "service",
        None,
        vec![
            ("version", service.version.clone()),
            ("SDK ID", service.sdk_id.clone()),
            ("signing name", service.signing_name.clone()),
            // Rules have no short form; that they changed is what matters.
            ("endpoint rules", fingerprint(&rules::emit(&service.rules))),
        ],
    );
    for param in &service.client_params {
        let kind = if param.boolean { "bool" } else { "String" };
        let path = format!("config::Builder::{}", param.method);
        items.add(&path, None, vec![("type", kind.to_owned())]);
    }
    for operation in &service.operations {
        items.operation(operation);
    }
    for shape in &service.structures {
        items.structure("types", None, shape);
    }
    for shape in &service.errors {
        items.structure("types::error", None, shape);
    }
    for shape in &service.unions {
        items.union(shape);
    }
    for shape in &service.enums {
        items.enumeration(shape);
    }
    items.0
}

impl Items {
    fn add(&mut self, path: &str, parent: Option<&str>, parts: Vec<(&'static str, String)>) {
        let parent = parent.map(str::to_owned);
        self.0.insert(path.to_owned(), Item { parent, parts });
    }

    fn operation(&mut self, operation: &Operation) {
        let path = format!("operation::{}", operation.method.trim_start_matches("r#"));
        let query: Vec<String> = operation
            .query
            .iter()
            .map(|(name, value)| match value {
                Some(value) => format!("{name}={value}"),
                None => name.clone(),
            })
            .collect();
        let uri = uri(&operation.path);
        let http = match query.as_slice() {
            [] => format!("{} {uri}", operation.http_method),
            query => format!("{} {uri}?{}", operation.http_method, query.join("&")),
        };
        let auth: Vec<&str> = operation.auth.iter().map(auth_name).collect();
        let waiters: Vec<&str> = operation
            .waiters
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let flags = [
            (operation.unsigned_payload, "unsigned payload"),
            (operation.checksum, "Content-MD5"),
            (operation.compressible, "compressible"),
            (operation.docs.deprecated.is_some(), "deprecated"),
        ];
        let parts = vec![
            ("kind", format!("operation {}", operation.name)),
            ("HTTP", http),
            ("success", operation.status.to_string()),
            ("host prefix", uri_text(&operation.host_prefix)),
            ("authentication", auth.join(" or ")),
            (
                "pages",
                operation
                    .pagination
                    .as_ref()
                    .map_or_else(String::new, pages),
            ),
            ("waiters", waiters.join(" ")),
            ("flags", set(&flags)),
            (
                "endpoint parameters",
                debug_unless_empty(&operation.static_params),
            ),
        ];
        self.add(&path, None, parts);
        for structure in [&operation.input, &operation.output] {
            self.structure(&path, Some(&path), structure);
        }
        for error in &operation.errors {
            let variant = format!("{path}::{}Error::{}", operation.name, error.name);
            self.add(&variant, Some(&path), vec![("kind", wire(&error.wire))]);
        }
    }

    fn structure(&mut self, module: &str, parent: Option<&str>, shape: &Structure) {
        let path = format!("{module}::{}", shape.name);
        let kind = match &shape.role {
            Role::Nested => "structure".to_owned(),
            Role::Input => "input".to_owned(),
            Role::Output => "output".to_owned(),
            Role::Error(error) => wire(error),
        };
        self.add(
            &path,
            parent,
            shape_parts(kind, shape.sensitive, shape.docs.deprecated.as_ref()),
        );
        for member in &shape.members {
            self.member(&path, member);
        }
    }

    fn union(&mut self, shape: &Union) {
        let path = format!("types::{}", shape.name);
        let parts = shape_parts(
            "union".to_owned(),
            shape.sensitive,
            shape.docs.deprecated.as_ref(),
        );
        self.add(&path, None, parts);
        for member in &shape.members {
            self.member(&path, member);
        }
    }

    fn enumeration(&mut self, shape: &Enum) {
        let path = format!("types::{}", shape.name);
        let parts = shape_parts(
            "enum".to_owned(),
            shape.sensitive,
            shape.docs.deprecated.as_ref(),
        );
        self.add(&path, None, parts);
        for variant in &shape.variants {
            let deprecated = [(variant.docs.deprecated.is_some(), "deprecated")];
            let value = format!("{:?}", variant.value);
            let parts = vec![("value", value), ("flags", set(&deprecated))];
            self.add(&format!("{path}::{}", variant.name), Some(&path), parts);
        }
    }

    fn member(&mut self, parent: &str, member: &Member) {
        let mut ty = rust_type(&member.target);
        if member.boxed {
            ty = format!("Box<{ty}>");
        }
        if member.optional {
            ty = format!("Option<{ty}>");
        }
        let flags = [
            (member.required, "required"),
            (member.sensitive, "sensitive"),
            (member.idempotency_token, "idempotency token"),
            (member.host_label, "host label"),
            (member.docs.deprecated.is_some(), "deprecated"),
        ];
        let default = member.default.as_ref();
        let parts = vec![
            ("type", ty),
            ("wire", bound(member)),
            ("format", format_of(&member.target)),
            ("flags", set(&flags)),
            (
                "default",
                default.map_or_else(String::new, |it| format!("{it:?}")),
            ),
            (
                "endpoint parameter",
                member.context_param.clone().unwrap_or_default(),
            ),
            (
                "constraints",
                constraints(&member.constraints, &member.target),
            ),
        ];
        self.add(&format!("{parent}::{}", member.field), Some(parent), parts);
    }
}

fn shape_parts(
    kind: String,
    sensitive: bool,
    deprecated: Option<&String>,
) -> Vec<(&'static str, String)> {
    let flags = [
        (sensitive, "sensitive"),
        (deprecated.is_some(), "deprecated"),
    ];
    vec![("kind", kind), ("flags", set(&flags))]
}

/// Those that are set.
fn set(flags: &[(bool, &str)]) -> String {
    let names: Vec<&str> = flags
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, name)| *name)
        .collect();
    names.join(" ")
}

fn auth_name(auth: &Auth) -> &'static str {
    match auth {
        Auth::SigV4 => "SigV4",
        Auth::Bearer => "bearer token",
        Auth::Anonymous => "none",
    }
}

fn wire(error: &ErrorWire) -> String {
    let retry = match error.retry {
        None => "",
        Some(false) => ", retryable",
        Some(true) => ", throttling",
    };
    format!("error {} {}{retry}", error.status, error.code)
}

fn uri(path: &[Segment]) -> String {
    let text = uri_text(path);
    if text.starts_with('/') {
        text
    } else {
        format!("/{text}")
    }
}

fn uri_text(segments: &[Segment]) -> String {
    let parts = segments.iter().map(|segment| match segment {
        Segment::Literal(text) => text.clone(),
        Segment::Label { member, greedy } => {
            format!("{{{member}{}}}", if *greedy { "+" } else { "" })
        }
    });
    parts.collect()
}

fn pages(pagination: &Pagination) -> String {
    let path = |steps: &[Step]| {
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        names.join(".")
    };
    let items = pagination.items.as_ref().map(|items| path(&items.path));
    format!(
        "{} by {}, token {}, size {}",
        items.as_deref().unwrap_or("whole answers"),
        pagination.input_token.name,
        path(&pagination.output_token),
        pagination
            .page_size
            .as_ref()
            .map_or("fixed", |(step, _)| &step.name),
    )
}

fn bound(member: &Member) -> String {
    match &member.binding {
        Binding::Body if member.json == member.name => String::new(),
        Binding::Body => format!("{:?} in the body", member.json),
        Binding::Label => format!("label {:?}", member.name),
        Binding::Query(name) => format!("query {name:?}"),
        Binding::QueryParams => "query parameters".to_owned(),
        Binding::Header(name) => format!("header {name:?}"),
        Binding::PrefixHeaders(prefix) => format!("headers {prefix:?}"),
        Binding::Payload => "payload".to_owned(),
        Binding::ResponseCode => "status".to_owned(),
    }
}

/// The type of a field, as callers write it.
fn rust_type(target: &Target) -> String {
    let sparse = |sparse: bool, inner: String| {
        if sparse {
            format!("Option<{inner}>")
        } else {
            inner
        }
    };
    match target {
        Target::String { .. } => "String".to_owned(),
        Target::Boolean => "bool".to_owned(),
        Target::Byte => "i8".to_owned(),
        Target::Short => "i16".to_owned(),
        Target::Integer | Target::IntEnum(_) => "i32".to_owned(),
        Target::Long => "i64".to_owned(),
        Target::Float => "f32".to_owned(),
        Target::Double => "f64".to_owned(),
        Target::BigInteger => "BigInteger".to_owned(),
        Target::BigDecimal => "BigDecimal".to_owned(),
        Target::Document => "Document".to_owned(),
        Target::Timestamp(_) => "DateTime".to_owned(),
        Target::Blob { .. } => "Blob".to_owned(),
        Target::Stream { .. } => "ByteStream".to_owned(),
        Target::Enum(name) | Target::Structure(name) | Target::Union(name) => name.clone(),
        Target::Unit => "()".to_owned(),
        Target::List(list) => {
            let element = sparse(list.sparse, rust_type(&list.element));
            format!("Vec<{element}>")
        }
        Target::Map(map) => {
            let value = sparse(map.sparse, rust_type(&map.value));
            format!("HashMap<{}, {value}>", rust_type(&map.key))
        }
    }
}

/// What a type does not say: time and media formats, the values of an intEnum.
fn format_of(target: &Target) -> String {
    match target {
        Target::Timestamp(Some(format)) => format!("{format:?}"),
        Target::IntEnum(values) => format!("{values:?}"),
        Target::String { media_type } | Target::Blob { media_type } => {
            media_type.clone().unwrap_or_default()
        }
        Target::Stream { media_type, .. } => media_type.clone().unwrap_or_default(),
        Target::List(list) => format_of(&list.element),
        Target::Map(map) => format_of(&map.value),
        _ => String::new(),
    }
}

/// What values must keep to, elements, keys and values included.
fn constraints(own: &Constraints, target: &Target) -> String {
    let mut parts = Vec::new();
    let mut add = |of: &str, text: String| {
        if !text.is_empty() {
            parts.push(if of.is_empty() {
                text
            } else {
                format!("{of}: {text}")
            });
        }
    };
    add("", own_constraints(own));
    match target {
        Target::List(list) => add("each", constraints(&list.constraints, &list.element)),
        Target::Map(map) => {
            add("keys", constraints(&map.key_constraints, &map.key));
            add("values", constraints(&map.value_constraints, &map.value));
        }
        _ => {}
    }
    parts.join(", ")
}

fn own_constraints(constraints: &Constraints) -> String {
    fn bounds<T: fmt::Display>((min, max): &(Option<T>, Option<T>)) -> String {
        let text = |bound: &Option<T>| bound.as_ref().map_or_else(String::new, T::to_string);
        format!("{}..={}", text(min), text(max))
    }
    let mut parts = Vec::new();
    parts.extend(
        constraints
            .length
            .as_ref()
            .map(|it| format!("length {}", bounds(it))),
    );
    parts.extend(
        constraints
            .range
            .as_ref()
            .map(|it| format!("range {}", bounds(it))),
    );
    parts.extend(
        constraints
            .pattern
            .as_ref()
            .map(|it| format!("pattern {it}")),
    );
    if constraints.unique {
        parts.push("unique".to_owned());
    }
    parts.join(", ")
}

fn debug_unless_empty<T: fmt::Debug>(values: &[T]) -> String {
    if values.is_empty() {
        String::new()
    } else {
        format!("{values:?}")
    }
}

/// A short text that differs where the tokens do.
fn fingerprint(tokens: &TokenStream) -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    tokens.to_string().hash(&mut hasher);
    format!("{:08x}", hasher.finish() >> 32)
}

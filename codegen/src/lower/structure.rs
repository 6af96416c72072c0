//! Structures, unions and enums.

use super::Lowering;
use super::binding::each_has_its_place;
use super::values::{docs_of, documentation, shape_docs};
use crate::error::{Error, Place, bail};
use crate::ir::{
    Binding, Default, Enum, ErrorWire, Member, Role, Structure, Target, Union, Usage, Variant,
};
use crate::model::{self, HttpError, Kind, Retryable, Shape, ShapeId, ids};
use crate::names;

impl Lowering<'_> {
    /// A structure under a Rust name, with its part in an operation.
    pub(super) fn structure(
        &mut self,
        shape: &Shape,
        name: String,
        role: Role,
    ) -> Result<Structure, Error> {
        let Kind::Structure(members) = &shape.kind else {
            bail!(&shape.id, "{} is no structure", shape.kind.with_article());
        };
        let members = members
            .iter()
            .map(|member| self.structure_member(shape, member, &role))
            .collect::<Result<Vec<_>, _>>()?;
        unique(
            &shape.id,
            members.iter().map(|member| (&member.name, &member.field)),
        )?;
        methods_differ(&shape.id, &members, &role)?;
        let kind = match role {
            Role::Nested => "structure",
            Role::Input => "input",
            Role::Output => "output",
            Role::Error(_) => "error",
        };
        let structure = Structure {
            shape: shape.id.to_string(),
            docs: shape_docs(shape, |form| {
                format!("The {kind} {}.", form.code(shape.id.name()))
            })?,
            name,
            members,
            usage: match role {
                Role::Nested => self.usage_of(&shape.id),
                Role::Input => Usage {
                    input: true,
                    output: false,
                },
                Role::Output => Usage {
                    input: false,
                    output: true,
                },
                // An error can be a member's type, too.
                Role::Error(_) => Usage {
                    output: true,
                    ..self.usage_of(&shape.id)
                },
            },
            role,
            checked: false,
            sensitive: shape.traits.has(ids::SENSITIVE),
        };
        each_has_its_place(&structure)?;
        Ok(structure)
    }

    fn structure_member(
        &mut self,
        shape: &Shape,
        member: &model::Member,
        role: &Role,
    ) -> Result<Member, Error> {
        let mut lowered = self.member(&shape.id, member)?;
        let traits = &member.traits;
        let by_value = !matches!(lowered.target, Target::Structure(_) | Target::Union(_));
        let input = *role == Role::Input || shape.traits.has(ids::INPUT);
        let defaulted = lowered.default.is_some() && !shape.traits.has(ids::INPUT);
        let set = defaulted || (lowered.required && !input);
        let always = set && by_value && !traits.has(ids::CLIENT_OPTIONAL);
        // A stream is always there: an empty one if nothing else.
        lowered.optional = !always && !matches!(lowered.target, Target::Stream { .. });
        if matches!(lowered.target, Target::Stream { .. }) {
            lowered.default = Some(Default::Zero);
        }
        lowered.field = match role {
            Role::Error(_) if member.name.eq_ignore_ascii_case("message") => "message".to_owned(),
            _ => names::field_name(&member.name),
        };
        lowered.binding = self.binding(shape, member, role, &lowered.target)?;
        Ok(lowered)
    }

    /// What structures' and unions' members have in common. The field is left to the caller.
    fn member(&mut self, container: &ShapeId, member: &model::Member) -> Result<Member, Error> {
        let place = (container, member.name.as_str());
        let traits = &member.traits;
        let target = self.target(container, member)?;
        let constraints = self.constraints(container, member)?;
        let required = traits.has(ids::REQUIRED);
        Ok(Member {
            name: member.name.clone(),
            json: traits
                .read(ids::JSON_NAME, place)?
                .unwrap_or_else(|| member.name.clone()),
            field: String::new(),
            docs: self.member_docs(container, member, &target, required, &constraints)?,
            optional: true,
            boxed: self.boxed.contains(&(container, member.name.as_str())),
            binding: Binding::Body,
            required,
            sensitive: self.sensitive(member)?,
            idempotency_token: traits.has(ids::IDEMPOTENCY_TOKEN),
            host_label: traits.has(ids::HOST_LABEL),
            context_param: context_param(container, member, &target)?,
            default: self.default(container, member, &target)?,
            constraints,
            target,
        })
    }

    /// How an error travels.
    pub(super) fn error_wire(&self, shape: &Shape) -> Result<ErrorWire, Error> {
        let kind: Option<String> = shape.traits.read(ids::ERROR, &shape.id)?;
        let place = |id| Place::from(&shape.id).with_trait(id);
        let status = match kind.unwrap_or_default().as_str() {
            "client" => 400,
            "server" => 500,
            other => bail!(place(ids::ERROR), "error kind {other:?} is unknown"),
        };
        let explicit: Option<HttpError> = shape.traits.read(ids::HTTP_ERROR, &shape.id)?;
        if let Some(HttpError(status)) = explicit
            && !(400..600).contains(&status)
        {
            bail!(place(ids::HTTP_ERROR), "{status} is no status of an error");
        }
        let retry: Option<Retryable> = shape.traits.read_object(ids::RETRYABLE, &shape.id)?;
        Ok(ErrorWire {
            code: shape.id.name().to_owned(),
            status: explicit.map_or(status, |HttpError(status)| status),
            retry: retry.map(|retry| retry.throttling),
        })
    }

    /// A union.
    pub(super) fn union(
        &mut self,
        shape: &Shape,
        members: &[model::Member],
    ) -> Result<Union, Error> {
        if members.is_empty() {
            bail!(&shape.id, "a union needs a member");
        }
        // Operations with one in a message are left out before.
        if shape.traits.has(ids::STREAMING) {
            let place = Place::from(&shape.id).with_trait(ids::STREAMING);
            bail!(place, "only a message can be an event stream");
        }
        let mut lowered = Vec::with_capacity(members.len());
        for member in members {
            let mut variant = self.member(&shape.id, member)?;
            if matches!(variant.target, Target::Stream { .. }) {
                let place = Place::member(&shape.id, &member.name).with_trait(ids::STREAMING);
                bail!(place, "only a message can be streamed");
            }
            variant.field = names::variant_name(&member.name);
            variant.optional = false;
            lowered.push(variant);
        }
        unique(
            &shape.id,
            lowered.iter().map(|member| (&member.name, &member.field)),
        )?;
        let methods = lowered
            .iter()
            .map(|member| names::variant_method(&member.name));
        let methods: Vec<String> = methods.collect();
        unique(
            &shape.id,
            lowered.iter().map(|member| &member.name).zip(&methods),
        )?;
        Ok(Union {
            shape: shape.id.to_string(),
            name: self.type_name(&shape.id)?,
            docs: shape_docs(shape, |form| {
                format!("The union {}.", form.code(shape.id.name()))
            })?,
            members: lowered,
            usage: self.usage_of(&shape.id),
            checked: false,
            sensitive: shape.traits.has(ids::SENSITIVE),
        })
    }

    /// An enum of strings, in the form of Smithy 2.0 or with the older trait.
    pub(super) fn enumeration(&self, shape: &Shape) -> Result<Enum, Error> {
        let mut values: Vec<(Option<String>, String, crate::ir::Docs, bool)> = Vec::new();
        if let Kind::Enum(members) = &shape.kind {
            for member in members {
                let place = (&shape.id, member.name.as_str());
                let value: Option<String> = member.traits.read(ids::ENUM_VALUE, place)?;
                let value = value.unwrap_or_else(|| member.name.clone());
                let docs = documentation(&member.traits, place, |form| form.code(&value))?;
                let internal = member.traits.has(ids::INTERNAL);
                values.push((Some(member.name.clone()), value, docs, internal));
            }
        } else {
            let entries: Vec<OldEnumValue> =
                shape.traits.read(ids::ENUM, &shape.id)?.unwrap_or_default();
            for entry in entries {
                let docs = crate::ir::Docs {
                    deprecated: entry.deprecated.then(String::new),
                    ..docs_of(entry.documentation.as_deref(), |form| {
                        form.code(&entry.value)
                    })
                };
                let internal = entry.tags.iter().any(|tag| tag == "internal");
                values.push((entry.name, entry.value, docs, internal));
            }
        }
        let mut variants: Vec<Variant> = Vec::with_capacity(values.len());
        for (name, value, docs, internal) in values {
            let name = name.or_else(|| names::enum_member_name(&value));
            let Some(name) = name.filter(|name| model::is_identifier(name)) else {
                bail!(
                    Place::from(&shape.id).with_trait(ids::ENUM),
                    "the value {value:?} needs a name that is an identifier"
                );
            };
            variants.push(Variant {
                name: names::variant_name(&name),
                value,
                docs,
                internal,
            });
        }
        unique(
            &shape.id,
            variants
                .iter()
                .map(|variant| (&variant.value, &variant.name)),
        )?;
        if variants.is_empty() {
            bail!(&shape.id, "an enum needs a value");
        }
        let mut seen = std::collections::HashSet::new();
        if let Some(twice) = variants.iter().find(|variant| !seen.insert(&variant.value)) {
            bail!(&shape.id, "the value {:?} occurs twice", twice.value);
        }
        Ok(Enum {
            shape: shape.id.to_string(),
            name: self.type_name(&shape.id)?,
            docs: shape_docs(shape, |form| {
                format!("The enum {}.", form.code(shape.id.name()))
            })?,
            variants,
            sensitive: shape.traits.has(ids::SENSITIVE),
        })
    }
}

/// The endpoint parameter that a member sets.
fn context_param(
    container: &ShapeId,
    member: &model::Member,
    target: &Target,
) -> Result<Option<String>, Error> {
    let Some(param) = member.traits.get(ids::CONTEXT_PARAM) else {
        return Ok(None);
    };
    let wrong = |why: &str| {
        let place = Place::member(container, &member.name).with_trait(ids::CONTEXT_PARAM);
        Err(Error::new(place, why))
    };
    let fits = match target {
        Target::String { .. } | Target::Enum(_) | Target::Boolean => true,
        Target::List(list) => !list.sparse && matches!(list.element, Target::String { .. }),
        _ => false,
    };
    match param["name"].as_str() {
        Some(name) if fits => Ok(Some(name.to_owned())),
        Some(_) => wrong("only a string, a boolean or a list of strings can be a parameter"),
        None => wrong("name is missing"),
    }
}

#[derive(serde::Deserialize)]
struct OldEnumValue {
    value: String,
    name: Option<String>,
    documentation: Option<String>,
    #[serde(default)]
    deprecated: bool,
    #[serde(default)]
    tags: Vec<String>,
}

/// Rejects a member whose builder methods would be those of another: `Name` is set by `set_name`, and so would `SetName` be.
fn methods_differ(shape: &ShapeId, members: &[Member], role: &Role) -> Result<(), Error> {
    let mut taken = std::collections::HashMap::new();
    if matches!(role, Role::Error(_)) {
        taken.insert("set_meta".to_owned(), "the error's metadata");
    }
    for member in members {
        let methods = [
            member.field.trim_start_matches("r#").to_owned(),
            names::setter_name(&member.name),
            names::getter_name(&member.name),
        ];
        for method in methods {
            if let Some(other) = taken.insert(method.clone(), &member.name) {
                let place = Place::member(shape, &member.name);
                bail!(
                    place,
                    "name clash: the builder's {method} is that of {other}"
                );
            }
        }
    }
    Ok(())
}

/// Rejects two members that come out under one Rust name.
fn unique<'n>(
    shape: &ShapeId,
    names: impl Iterator<Item = (&'n String, &'n String)>,
) -> Result<(), Error> {
    let mut seen = std::collections::HashMap::new();
    for (model, rust) in names {
        if let Some(other) = seen.insert(rust, model) {
            let place = Place::member(shape, model);
            bail!(
                place,
                "name clash: {other:?} and {model:?} are both {rust} in Rust"
            );
        }
    }
    Ok(())
}

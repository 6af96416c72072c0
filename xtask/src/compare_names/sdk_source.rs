//! The names in an aws-sdk-rust crate's source.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::{Expr, Fields, FnArg, ImplItem, Item, ItemImpl, Lit, Pat, ReturnType, Stmt, Visibility};

use super::Error;

/// What the comparison wants to know of a crate.
#[derive(Debug, Default)]
pub(super) struct Sdk {
    /// Client method -> module of the operation and name of the fluent builder.
    pub(super) operations: BTreeMap<String, (String, String)>,
    /// `types::*`
    pub(super) types: BTreeMap<String, Type>,
    /// `types::error::*`
    pub(super) errors: BTreeMap<String, Type>,
    /// Module of the operation -> its types.
    in_operations: BTreeMap<String, BTreeMap<String, Type>>,
}

/// A structure, union or enum.
#[derive(Debug, Default)]
pub(super) struct Type {
    /// Public fields or variants.
    pub(super) members: Vec<String>,
    pub(super) methods: BTreeSet<String>,
    /// The methods of its builder.
    pub(super) builder_methods: BTreeSet<String>,
    /// Of an enum: value on the wire -> variant.
    pub(super) values: BTreeMap<String, String>,
}

impl Sdk {
    /// Reads `src` of a crate.
    pub(super) fn read(src: &Path) -> Result<Self, Error> {
        let mut sdk = Self {
            types: types(source_files(&src.join("types"))?),
            errors: types(source_files(&src.join("types/error"))?),
            ..Self::default()
        };
        for path in entries(&src.join("operation"))? {
            if path.is_dir()
                && let Some(module) = path.file_name().and_then(|name| name.to_str())
            {
                let mut items = source_files(&path)?;
                items.extend(source_file(&path.with_extension("rs"))?);
                sdk.in_operations.insert(raw(module), types(items));
            }
        }
        for item in source_files(&src.join("client"))? {
            let Item::Impl(item) = item else { continue };
            for item in item.items {
                sdk.operations.extend(operation(&item));
            }
        }
        Ok(sdk)
    }

    pub(super) fn operation_types(&self, module: &str) -> impl Iterator<Item = &str> {
        let types = self.in_operations.get(module).into_iter().flatten();
        types.map(|(name, _)| name.as_str())
    }

    pub(super) fn operation_type(&self, module: &str, name: &str) -> Option<&Type> {
        self.in_operations.get(module)?.get(name)
    }
}

/// A module's name in source, from its file's.
fn raw(module: &str) -> String {
    if connect_codegen::names::is_keyword(module) {
        format!("r#{module}")
    } else {
        module.to_owned()
    }
}

/// A client method that starts an operation: `fn x(&self) -> crate::operation::x::builders::XFluentBuilder`.
fn operation(item: &ImplItem) -> Option<(String, (String, String))> {
    let ImplItem::Fn(function) = item else {
        return None;
    };
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return None;
    };
    let syn::Type::Path(path) = ty.as_ref() else {
        return None;
    };
    let segments: Vec<String> = path
        .path
        .segments
        .iter()
        .map(|s| s.ident.to_string())
        .collect();
    let [_, _, module, _, builder] = segments.as_slice() else {
        return None;
    };
    let method = function.sig.ident.to_string();
    Some((method, (module.clone(), builder.clone())))
}

/// The types among these items, builders folded into what they build.
fn types(items: Vec<Item>) -> BTreeMap<String, Type> {
    let mut types: BTreeMap<String, Type> = BTreeMap::new();
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in items {
        match item {
            Item::Struct(item) => {
                let ty = types.entry(item.ident.to_string()).or_default();
                if let Fields::Named(fields) = item.fields {
                    let public = fields
                        .named
                        .into_iter()
                        .filter(|field| matches!(field.vis, Visibility::Public(_)));
                    ty.members = public.filter_map(|f| Some(f.ident?.to_string())).collect();
                }
            }
            Item::Enum(item) => {
                let ty = types.entry(item.ident.to_string()).or_default();
                ty.members = item
                    .variants
                    .into_iter()
                    .map(|v| v.ident.to_string())
                    .collect();
            }
            Item::Impl(item) => {
                let Some(name) = self_type(&item) else {
                    continue;
                };
                if item.trait_.is_some() {
                    continue;
                }
                for item in item.items {
                    let ImplItem::Fn(function) = item else {
                        continue;
                    };
                    if function.sig.ident == "as_str" {
                        types.entry(name.clone()).or_default().values =
                            values(&function.block.stmts);
                    }
                    if matches!(function.sig.inputs.first(), Some(FnArg::Receiver(_))) {
                        let method = function.sig.ident.to_string();
                        methods.entry(name.clone()).or_default().insert(method);
                    }
                }
            }
            _ => {}
        }
    }
    for (name, ty) in &mut types {
        ty.builder_methods = methods
            .remove(&format!("{name}Builder"))
            .unwrap_or_default();
        ty.methods = methods.get(name).cloned().unwrap_or_default();
    }
    types
}

fn self_type(item: &ItemImpl) -> Option<String> {
    match item.self_ty.as_ref() {
        syn::Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

/// The arms `Enum::Variant => "VALUE"` of an enum's `as_str`.
fn values(body: &[Stmt]) -> BTreeMap<String, String> {
    let arms = body.iter().filter_map(|statement| match statement {
        Stmt::Expr(Expr::Match(expression), _) => Some(&expression.arms),
        _ => None,
    });
    let values = arms.flatten().filter_map(|arm| {
        let (Pat::Path(pattern), Expr::Lit(value)) = (&arm.pat, arm.body.as_ref()) else {
            return None;
        };
        let Lit::Str(value) = &value.lit else {
            return None;
        };
        let variant = pattern.path.segments.last()?.ident.to_string();
        Some((value.value(), variant))
    });
    values.collect()
}

/// The items of the source files in a folder, not of those below; nothing where there is no such folder.
fn source_files(folder: &Path) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for path in entries(folder)? {
        if path.extension().is_some_and(|extension| extension == "rs") {
            items.extend(source_file(&path)?);
        }
    }
    Ok(items)
}

fn source_file(path: &Path) -> Result<Vec<Item>, Error> {
    let text = std::fs::read_to_string(path).map_err(io(path))?;
    let file = syn::parse_file(&text).map_err(|source| Error::Rust {
        path: path.to_owned(),
        source,
    })?;
    Ok(file.items)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io(folder))? {
        paths.push(entry.map_err(io(folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |source| Error::Io {
        path: path.to_owned(),
        source,
    }
}

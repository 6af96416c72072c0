//! The public names in Rust source, as it is written or as the macros of `connect-protocol` write it.

use std::collections::BTreeMap;
use std::fmt;

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Expr, Fields, FnArg, GenericArgument, ImplItem, Item, ItemImpl, Lit, Macro, Pat, PathArguments,
    ReturnType, Signature, Stmt, Type, Visibility,
};

/// What a name is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A client's method that starts an operation. It stands for the operation's module and fluent builder.
    Operation,
    /// A structure, union or enum.
    Type,
    /// A public field. It stands for its type.
    Field,
    /// A variant of an enum. It stands for the type in it.
    Variant,
    /// A value of an enum on the wire. It stands for its variant.
    Value,
    /// An accessor, a setter, a predicate.
    Method,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "operations",
            Self::Type => "types",
            Self::Field => "fields and their types",
            Self::Variant => "variants",
            Self::Value => "values of enums",
            Self::Method => "methods",
        })
    }
}

/// The path of what has the name, what it is of, and the name.
pub(super) type Key = (String, Kind, String);

/// The names of a crate, and what each stands for where that can be compared.
#[derive(Debug, Default)]
pub(super) struct Api {
    names: BTreeMap<Key, String>,
}

impl Api {
    pub(super) fn names(&self) -> impl Iterator<Item = (&Key, &String)> {
        self.names.iter()
    }

    pub(super) fn get(&self, scope: &str, kind: Kind, name: &str) -> Option<&str> {
        let key = (scope.to_owned(), kind, name.to_owned());
        self.names.get(&key).map(String::as_str)
    }

    /// The names of a kind in a scope.
    pub(super) fn of(&self, scope: &str, kind: Kind) -> impl Iterator<Item = &str> {
        let first = (scope.to_owned(), kind, String::new());
        let names = self.names.range(first..).map(|(key, _)| key);
        names
            .take_while(move |(its_scope, its_kind, _)| its_scope == scope && *its_kind == kind)
            .map(|(_, _, name)| name.as_str())
    }

    pub(super) fn has_scope(&self, scope: &str) -> bool {
        let first = (scope.to_owned(), Kind::Operation, String::new());
        let mut names = self.names.range(first..);
        names.next().is_some_and(|((its, _, _), _)| its == scope)
    }

    fn add(
        &mut self,
        scope: &str,
        kind: Kind,
        name: &(impl ToString + ?Sized),
        detail: impl Into<String>,
    ) {
        let key = (scope.to_owned(), kind, name.to_string());
        self.names.insert(key, detail.into());
    }

    /// Adds the methods of `impl Client` that start operations.
    pub(super) fn add_operations(&mut self, items: &[Item]) {
        for item in items {
            let Item::Impl(item) = item else { continue };
            for item in &item.items {
                let ImplItem::Fn(function) = item else {
                    continue;
                };
                if let Some(builder) = fluent_builder(&function.sig) {
                    self.add("client", Kind::Operation, &function.sig.ident, builder);
                }
            }
        }
    }

    /// Adds the public types of a module and what they have.
    pub(super) fn add_types(&mut self, module: &str, items: &[Item]) {
        for item in items {
            match item {
                Item::Struct(item) if is_public(&item.vis) => {
                    self.add(module, Kind::Type, &item.ident, "");
                    let Fields::Named(fields) = &item.fields else {
                        continue;
                    };
                    let scope = format!("{module}::{}", item.ident);
                    for field in fields.named.iter().filter(|field| is_public(&field.vis)) {
                        if let Some(name) = &field.ident {
                            self.add(&scope, Kind::Field, name, type_name(&field.ty));
                        }
                    }
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    self.add(module, Kind::Type, &item.ident, "");
                    let scope = format!("{module}::{}", item.ident);
                    for variant in &item.variants {
                        let types = variant.fields.iter().map(|field| type_name(&field.ty));
                        let types: Vec<String> = types.collect();
                        self.add(&scope, Kind::Variant, &variant.ident, types.join(", "));
                    }
                }
                Item::Impl(item) if item.trait_.is_none() => self.add_methods(module, item),
                Item::Macro(item) => self.add_table(module, &item.mac),
                _ => {}
            }
        }
    }

    fn add_methods(&mut self, module: &str, item: &ItemImpl) {
        let Type::Path(path) = item.self_ty.as_ref() else {
            return;
        };
        let Some(name) = path.path.segments.last() else {
            return;
        };
        let scope = format!("{module}::{}", name.ident);
        for item in &item.items {
            let ImplItem::Fn(function) = item else {
                continue;
            };
            let signature = &function.sig;
            if !is_public(&function.vis)
                || !matches!(signature.inputs.first(), Some(FnArg::Receiver(_)))
            {
                continue;
            }
            self.add(&scope, Kind::Method, &signature.ident, "");
            if signature.ident == "as_str" {
                for (value, variant) in values(&function.block.stmts) {
                    self.add(&scope, Kind::Value, &value, variant);
                }
            }
        }
    }

    /// Adds what a macro of `connect-protocol` makes of a table: `builder!(Name, NameBuilder: .. { row; row; })`.
    fn add_table(&mut self, module: &str, table: &Macro) {
        let Some(name) = table
            .path
            .segments
            .last()
            .map(|segment| segment.ident.to_string())
        else {
            return;
        };
        let tokens: Vec<TokenTree> = table.tokens.clone().into_iter().collect();
        let scopes: Vec<String> = idents(&tokens)
            .map(|ident| format!("{module}::{ident}"))
            .collect();
        let (Some(scope), Some(TokenTree::Group(rows))) = (scopes.first(), tokens.last()) else {
            return;
        };
        for row in split_rows(rows.stream()) {
            let words: Vec<String> = idents(&row).collect();
            match (name.as_str(), words.as_slice()) {
                ("builder", [_, _, field, set, get, ..]) => {
                    self.add(scope, Kind::Method, field, "");
                    self.add(&scopes[1], Kind::Method, "build", "");
                    // An input names its fluent builder, which gets the setters too.
                    let is_builder = |scope: &&String| scope.ends_with("Builder");
                    for scope in scopes.iter().filter(is_builder) {
                        for method in [field, set, get] {
                            self.add(scope, Kind::Method, method, "");
                        }
                    }
                }
                ("open_enum", [variant]) => {
                    if let Some(value) = row.last().and_then(literal) {
                        self.add(scope, Kind::Value, &value, variant);
                    }
                }
                ("operation_error", [_, is]) | ("union_variants", [_, is]) => {
                    self.add(scope, Kind::Method, is, "");
                }
                ("union_variants", [_, is, as_, ..]) => {
                    for method in [is, as_] {
                        self.add(scope, Kind::Method, method, "");
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// `x::XFluentBuilder` of `fn x(&self) -> crate::operation::x::builders::XFluentBuilder`.
fn fluent_builder(signature: &Signature) -> Option<String> {
    let ReturnType::Type(_, ty) = &signature.output else {
        return None;
    };
    let Type::Path(path) = ty.as_ref() else {
        return None;
    };
    let segments = path
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string());
    let mut segments: Vec<String> = segments.filter(|segment| segment != "builders").collect();
    let builder = segments
        .pop()
        .filter(|name| name.ends_with("FluentBuilder"))?;
    Some(format!("{}::{builder}", segments.pop()?))
}

/// A type by the last segments of its paths: `Option<Channel>`.
fn type_name(ty: &Type) -> String {
    let Type::Path(path) = ty else {
        return format!("{ty:?}");
    };
    let Some(last) = path.path.segments.last() else {
        return String::new();
    };
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return last.ident.to_string();
    };
    let arguments = arguments.args.iter().map(|argument| match argument {
        GenericArgument::Type(ty) => type_name(ty),
        other => format!("{other:?}"),
    });
    format!(
        "{}<{}>",
        last.ident,
        arguments.collect::<Vec<_>>().join(", ")
    )
}

/// The arms `Enum::Variant => "VALUE"` of an enum's `as_str`: values and their variants.
fn values(body: &[Stmt]) -> impl Iterator<Item = (String, String)> {
    let arms = body.iter().filter_map(|statement| match statement {
        Stmt::Expr(Expr::Match(expression), _) => Some(&expression.arms),
        _ => None,
    });
    arms.flatten().filter_map(|arm| {
        let (Pat::Path(pattern), Expr::Lit(value)) = (&arm.pat, arm.body.as_ref()) else {
            return None;
        };
        let Lit::Str(value) = &value.lit else {
            return None;
        };
        let variant = pattern.path.segments.last()?.ident.to_string();
        Some((value.value(), variant))
    })
}

fn idents(tokens: &[TokenTree]) -> impl Iterator<Item = String> {
    tokens.iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    })
}

fn literal(token: &TokenTree) -> Option<String> {
    let tokens = TokenStream::from(token.clone());
    syn::parse2::<syn::LitStr>(tokens)
        .ok()
        .map(|literal| literal.value())
}

/// The rows of a table, which `;` or `,` end.
fn split_rows(table: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<TokenTree> = table.into_iter().collect();
    let ends = |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if [';', ','].contains(&punct.as_char()));
    let rows = tokens.split(ends).filter(|row| !row.is_empty());
    rows.map(<[TokenTree]>::to_vec).collect()
}

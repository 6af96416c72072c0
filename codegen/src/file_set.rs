//! Generated files: path to formatted text.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;

mod table;

use crate::error::{Error, Place};

/// Files by their path, which is relative and has forward slashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSet {
    files: BTreeMap<String, String>,
}

impl FileSet {
    /// Adds a file of Rust under a header comment; the tokens are parsed and laid out.
    ///
    /// # Errors
    /// The tokens are no Rust file: a defect of the generator, named with the path.
    pub fn rust(
        &mut self,
        path: impl Into<String>,
        header: &str,
        tokens: &TokenStream,
    ) -> Result<(), Error> {
        let path = path.into();
        let file: syn::File = syn::parse2(tokens.clone()).map_err(|error| {
            let message = format!("the emitted code is no Rust: {error}\n{tokens}");
            Error::new(Place::model(), message).in_file(&path)
        })?;
        let text = layout(file);
        let text = if header.is_empty() {
            text
        } else {
            format!("// {header}\n\n{text}")
        };
        self.text(path, text);
        Ok(())
    }

    /// Adds a file as it is.
    pub fn text(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// Adds to the end of a file.
    pub(crate) fn append(&mut self, path: &str, text: &str) {
        self.files
            .entry(path.to_owned())
            .or_default()
            .push_str(text);
    }

    /// Paths and texts, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Takes all files of another set over.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
    }

    /// The text of a file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

/// Prints a file with a blank line between items, and between the functions of an `impl`.
fn layout(mut file: syn::File) -> String {
    let items = std::mem::take(&mut file.items);
    let mut text = if file.attrs.is_empty() {
        String::new()
    } else {
        prettyplease::unparse(&file)
    };
    file.attrs.clear();
    let mut before: Option<std::mem::Discriminant<syn::Item>> = None;
    for item in items {
        let kind = std::mem::discriminant(&item);
        let flat = matches!(item, syn::Item::Use(_))
            || matches!(&item, syn::Item::Mod(module) if module.content.is_none());
        if !(text.is_empty() || flat && before == Some(kind)) {
            text.push('\n');
        }
        before = Some(kind);
        if let syn::Item::Macro(call) = item {
            text.push_str(&attributes(&call.attrs));
            text.push_str(&table::print(&call.mac));
            continue;
        }
        file.items = vec![item];
        let printed = prettyplease::unparse(&file);
        let mut lines = printed.lines().peekable();
        while let Some(line) = lines.next() {
            text.push_str(line);
            text.push('\n');
            let ends_function = line == "    }";
            if ends_function
                && lines
                    .peek()
                    .is_some_and(|next| next.starts_with("    ") && !next.starts_with("    }"))
            {
                text.push('\n');
            }
        }
    }
    text
}

/// Attributes as they stand before an item.
fn attributes(attrs: &[syn::Attribute]) -> String {
    if attrs.is_empty() {
        return String::new();
    }
    let bearer: syn::Item = syn::parse_quote!(#(#attrs)* struct Bearer;);
    let printed = prettyplease::unparse(&syn::File {
        items: vec![bearer],
        ..syn::parse_quote!()
    });
    printed.replace("struct Bearer;\n", "")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    #[test]
    fn separates_items_and_functions() {
        let mut files = FileSet::default();
        let tokens = quote! {
            //! Docs.
            use a::b;
            use c::d;
            struct A;
            impl A { fn x() {} fn y() { if true { b(); } d(); } }
        };
        files.rust("a.rs", "Made.", &tokens).unwrap();
        let expected = "// Made.\n\n//! Docs.\n\nuse a::b;\nuse c::d;\n\nstruct A;\n\nimpl A {\n    fn x() {}\n    fn y() {\n        if true {\n            b();\n        }\n        d();\n    }\n}\n";
        assert_eq!(files.get("a.rs"), Some(expected));
    }

    #[test]
    fn refuses_what_is_no_rust() {
        let error = FileSet::default()
            .rust("b.rs", "", &quote!(struct struct))
            .unwrap_err();
        assert!(error.to_string().contains("b.rs"), "{error}");
    }
}

//! Enums of strings.

use proc_macro2::TokenStream;
use quote::quote;

use super::tokens::{docs, ident};
use crate::ir::Enum;

pub(super) fn definition(shape: &Enum) -> TokenStream {
    let name = ident(&shape.name);
    let text = docs(&shape.docs);
    let variants = shape.variants.iter().map(|variant| {
        let (text, name) = (docs(&variant.docs), ident(&variant.name));
        quote!(#text #name)
    });
    let rows = shape.variants.iter().map(|variant| {
        let (name, value) = (ident(&variant.name), &variant.value);
        quote!(#name = #value)
    });
    quote! {
        #text
        #[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum #name {
            #(#variants,)*
            /// A value that the model did not know when this code was generated; [`as_str`](Self::as_str) has it.
            Unknown(primitives::UnknownVariantValue),
        }

        connect_protocol::open_enum!(#name { #(#rows,)* });
    }
}

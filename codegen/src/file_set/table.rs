//! Prints a macro call whose argument is a table, one row per line: prettyplease fills lines with what it cannot parse.

use proc_macro2::{Delimiter, Group, Spacing, TokenStream, TokenTree};

const WIDTH: usize = 100;

/// `path!(Head { row; row; });`
pub(super) fn print(call: &syn::Macro) -> String {
    let path: Vec<String> = call
        .path
        .segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect();
    let mut text = format!("{}!(", path.join("::"));
    let mut head = Line::default();
    for token in call.tokens.clone() {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                text.push_str(&head.take());
                text.push_str(" {\n");
                rows(&group, &mut text);
                text.push('}');
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                text.push_str(&head.take());
                text.push_str(";\n");
            }
            token => {
                if head.text.is_empty() && text.ends_with('}') {
                    text.push('\n');
                }
                head.push(&token);
            }
        }
    }
    text.push_str(&head.take());
    // A trailing semicolon needs no line of its own.
    let end = text.trim_end_matches('\n').len();
    text.truncate(end);
    text.push_str(");\n");
    text
}

/// Rows that end with `;` get a line each, those between commas share lines.
fn rows(group: &Group, text: &mut String) {
    let tokens: Vec<TokenTree> = group.stream().into_iter().collect();
    let is = |token: &TokenTree, c: char| matches!(token, TokenTree::Punct(punct) if punct.as_char() == c);
    if tokens.iter().any(|token| is(token, ';')) {
        for row in tokens
            .split(|token| is(token, ';'))
            .filter(|row| !row.is_empty())
        {
            text.push_str(&format!("    {};\n", line(row)));
        }
        return;
    }
    let mut filled = String::from("   ");
    for row in tokens
        .split(|token| is(token, ','))
        .filter(|row| !row.is_empty())
    {
        let row = line(row);
        if filled.len() + row.len() + 2 > WIDTH && !filled.trim().is_empty() {
            text.push_str(&filled);
            text.push('\n');
            filled = String::from("   ");
        }
        filled.push_str(&format!(" {row},"));
    }
    if !filled.trim().is_empty() {
        text.push_str(&filled);
        text.push('\n');
    }
}

fn line(tokens: &[TokenTree]) -> String {
    let mut line = Line::default();
    tokens.iter().for_each(|token| line.push(token));
    line.take()
}

/// Tokens with the spaces that people put between them.
#[derive(Default)]
struct Line {
    text: String,
    /// The next token follows without a space.
    tight: bool,
    /// The last token was the first half of `::`.
    half: bool,
}

impl Line {
    fn take(&mut self) -> String {
        std::mem::take(self).text
    }

    fn push(&mut self, token: &TokenTree) {
        match token {
            TokenTree::Punct(punct) => {
                let c = punct.as_char();
                let joins = matches!(c, ',' | ':' | '<' | '>' | '?');
                let is_path = c == ':' && (self.half || punct.spacing() == Spacing::Joint);
                if !(self.tight || joins || self.text.is_empty()) {
                    self.text.push(' ');
                }
                self.text.push(c);
                self.tight = matches!(c, '<' | '&' | '#')
                    || is_path
                    || (c == '=' && punct.spacing() == Spacing::Joint);
                self.half = c == ':' && punct.spacing() == Spacing::Joint;
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => (" { ", " }"),
                    Delimiter::None => ("", ""),
                };
                let inside: TokenStream = group.stream();
                let inside: Vec<TokenTree> = inside.into_iter().collect();
                self.text
                    .push_str(&format!("{open}{}{close}", line(&inside)));
                self.tight = false;
            }
            other => {
                if !(self.tight || self.text.is_empty()) {
                    self.text.push(' ');
                }
                self.text.push_str(&other.to_string());
                self.tight = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_a_row_per_line() {
        let call: syn::Macro = syn::parse_quote! {
            a::builder!(Contact, ContactBuilder: Clone => plain {
                optional string id set_id get_id "Id";
                required map(string, types::Value) attributes set_attributes get_attributes "Attributes";
                optional list(Option<i32>) numbers set_numbers get_numbers "Numbers";
            })
        };
        let expected = "a::builder!(Contact, ContactBuilder: Clone => plain {\n    optional string id set_id get_id \"Id\";\n    required map(string, types::Value) attributes set_attributes get_attributes \"Attributes\";\n    optional list(Option<i32>) numbers set_numbers get_numbers \"Numbers\";\n});\n";
        assert_eq!(print(&call), expected);
    }

    #[test]
    fn fills_lines_between_commas() {
        let call: syn::Macro =
            syn::parse_quote!(a::open_enum!(Channel { Chat = "CHAT", Voice = "VOICE" }));
        assert_eq!(
            print(&call),
            "a::open_enum!(Channel {\n    Chat = \"CHAT\", Voice = \"VOICE\",\n});\n"
        );
    }
}

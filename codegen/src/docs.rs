//! stub
pub fn to_markdown(html: &str) -> String { html.replace("<p>","").replace("</p>","") }
#[derive(Debug)]
pub struct Described<'a> { pub name: &'a str, pub kind: &'a str, pub required: bool, pub length: Option<(Option<u64>,Option<u64>)>, pub range: Option<(Option<&'a str>,Option<&'a str>)>, pub pattern: Option<&'a str>, pub unique: bool }
pub fn describe(d: &Described<'_>) -> String { format!("`{}`: {}", d.name, d.kind) }

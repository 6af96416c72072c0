//! `cargo xtask add`, `update` and `remove`: operations of the published model, in and out of this workspace's.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use connect_codegen::edit::{self, Docs, Edited, File};
use connect_codegen::lower::{Selection, lower};
use connect_codegen::model::{Model, without_mark};
use serde_json::{Map, Value};

use crate::codegen;
use crate::error::Error;
use crate::workspace::{MODEL, print_warnings, read, workspace_root};

/// What to add.
#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// Operations of the published model.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    /// The published model: Smithy JSON AST of the same service.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Take the published documentation along; generated code has it as Markdown.
    #[arg(long)]
    docs: bool,
    #[command(flatten)]
    target: Target,
}

/// What to bring up to date.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    /// Operations to refresh with all they reach; everything, if none is named.
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// The published model: Smithy JSON AST of the same service.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    #[command(flatten)]
    target: Target,
}

/// What to remove.
#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    /// Operations to drop, with what only they reach.
    #[arg(required = true, value_name = "NAME")]
    names: Vec<String>,
    #[command(flatten)]
    target: Target,
}

/// Which model to edit.
#[derive(Debug, clap::Args)]
struct Target {
    /// Edit this model instead of the workspace's; no code is generated then.
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
}

pub(crate) fn add(arguments: &Add) -> Result<(), Error> {
    let from = Text::read(&arguments.from)?;
    let docs = match arguments.docs {
        true => Docs::Take,
        false => Docs::Leave,
    };
    arguments
        .target
        .edit(|model| edit::add(model, from.file(), &arguments.names, docs))
}

pub(crate) fn update(arguments: &Update) -> Result<(), Error> {
    let from = Text::read(&arguments.from)?;
    arguments
        .target
        .edit(|model| edit::update(model, from.file(), &arguments.names))
}

pub(crate) fn remove(arguments: &Remove) -> Result<(), Error> {
    arguments
        .target
        .edit(|model| edit::remove(model, &arguments.names))
}

impl Target {
    fn edit(
        &self,
        edit: impl FnOnce(File<'_>) -> Result<Edited, edit::Error>,
    ) -> Result<(), Error> {
        let report = match &self.model {
            Some(path) => edit_model(&Text::read(path)?, None, edit)?,
            None => {
                let root = workspace_root()?;
                let text = Text::named(MODEL.to_owned(), root.join(MODEL))?;
                edit_model(&text, Some(&root), edit)?
            }
        };
        print!("{report}");
        Ok(())
    }
}

/// A model file that has been read.
struct Text {
    /// What errors call it.
    name: String,
    path: PathBuf,
    text: String,
}

impl Text {
    fn read(path: &Path) -> Result<Self, Error> {
        Self::named(path.display().to_string(), path.to_owned())
    }

    fn named(name: String, path: PathBuf) -> Result<Self, Error> {
        let text = read(&path)?;
        Ok(Self { name, path, text })
    }

    fn file(&self) -> File<'_> {
        File {
            name: &self.name,
            text: &self.text,
        }
    }
}

/// Edits a model, and generates the code of the workspace that it belongs to. Nothing is written before everything
/// has been worked out. Returns what to print.
fn edit_model(
    model: &Text,
    workspace: Option<&Path>,
    edit: impl FnOnce(File<'_>) -> Result<Edited, edit::Error>,
) -> Result<String, Error> {
    let edited = edit(model.file())?;
    let selection = Selection {
        strict: workspace.is_some(),
        server: workspace.is_some(),
        ..Selection::default()
    };
    let (mut warnings, mut report) = (BTreeSet::new(), Vec::new());
    let new = Model::parse(&model.name, &edited.text)?;
    let new = lower(&new, &selection, &mut warnings)?;
    let files = match workspace {
        Some(root) => Some((root, codegen::workspace_files(root, &new)?)),
        None => None,
    };
    print_warnings(&warnings);
    if edited.text != model.text {
        replace(&model.path, &edited.text)?;
        report.push(format!("wrote {}", model.name));
    }
    if let Some((root, files)) = files {
        let changed = codegen::write_workspace(root, &files)?.len();
        report.push(format!("{changed} generated files changed"));
    }
    let kept = edited.kept.iter();
    report.extend(kept.map(|what| format!("kept, though it is not published: {what}")));
    report.push(changes(&shapes(&model.text), &shapes(&edited.text)));
    Ok(report.join("\n"))
}

/// The shapes of a model file that has been read before, by ID.
fn shapes(text: &str) -> Map<String, Value> {
    match serde_json::from_str::<Value>(without_mark(text)).map(|mut model| model["shapes"].take())
    {
        Ok(Value::Object(shapes)) => shapes,
        _ => Map::new(),
    }
}

/// A line for each shape that came, went or changed, the last with the members that did, and how many there are.
fn changes(old: &Map<String, Value>, new: &Map<String, Value>) -> String {
    let changed_shapes: Vec<(char, &str)> = changed(old, new).collect();
    let mut lines = String::new();
    for (sign, id) in &changed_shapes {
        let name = id.split_once('#').map_or(*id, |(_, name)| name);
        let shape = new.get(*id).or(old.get(*id)).unwrap_or(&Value::Null);
        let kind = shape["type"].as_str().unwrap_or("shape");
        lines += &format!("{sign} {name}: {kind}");
        if let (Some(old), Some(new)) = (old.get(*id), new.get(*id)) {
            let none = Map::new();
            let [old, new] = [old, new].map(|shape| shape["members"].as_object().unwrap_or(&none));
            let members = changed(old, new);
            lines.extend(members.map(|(sign, name)| format!(" {sign} {name}")));
        }
        lines.push('\n');
    }
    if lines.is_empty() {
        return "no shape changed\n".to_owned();
    }
    let count = |wanted| {
        changed_shapes
            .iter()
            .filter(|(sign, _)| *sign == wanted)
            .count()
    };
    let (added, removed, changed) = (count('+'), count('-'), count('~'));
    format!("{lines}shapes: {added} added, {removed} removed, {changed} changed\n")
}

/// What is new, gone or another, by name.
fn changed<'a>(
    old: &'a Map<String, Value>,
    new: &'a Map<String, Value>,
) -> impl Iterator<Item = (char, &'a str)> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter_map(|name| {
        let sign = match (old.get(name), new.get(name)) {
            (None, _) => '+',
            (_, None) => '-',
            (old, new) if old != new => '~',
            _ => return None,
        };
        Some((sign, name.as_str()))
    })
}

/// Writes beside the file and then puts that in its place, so that there is never half a model.
fn replace(path: &Path, text: &str) -> Result<(), Error> {
    let beside = path.with_extension("json.new");
    fs::write(&beside, text).map_err(Error::io(&beside))?;
    fs::rename(&beside, path).map_err(Error::io(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = r##"{
  "smithy": "2.0",
  "shapes": {
    "x#List": {
      "type": "operation",
      "traits": { "smithy.api#http": { "method": "GET", "uri": "/list" } }
    },
    "x#S": {
      "type": "service",
      "version": "1",
      "operations": [{ "target": "x#List" }],
      "traits": { "aws.protocols#restJson1": {} }
    }
  }
}
"##;

    const PUBLISHED: &str = r##"{
  "smithy": "2.0",
  "shapes": {
    "x#Describe": {
      "type": "operation",
      "input": { "target": "x#Input" },
      "traits": { "smithy.api#http": { "method": "GET", "uri": "/thing/{Id}" } }
    },
    "x#Input": { "type": "structure", "members": {
      "Id": { "target": "smithy.api#String", "traits": { "smithy.api#required": {}, "smithy.api#httpLabel": {} } }
    } },
    "x#Broken": { "type": "operation" },
    "x#S": {
      "type": "service",
      "version": "1",
      "operations": [{ "target": "x#Describe" }, { "target": "x#Broken" }],
      "traits": { "aws.protocols#restJson1": {} }
    }
  }
}
"##;

    /// A folder with our model in it.
    fn model() -> (tempfile::TempDir, Text) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.json");
        fs::write(&path, OURS).unwrap();
        let text = Text::read(&path).unwrap();
        (folder, text)
    }

    fn add(model: &Text, names: &[&str]) -> Result<String, Error> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let published = File {
            name: "published.json",
            text: PUBLISHED,
        };
        edit_model(model, None, |ours| {
            edit::add(ours, published, &names, Docs::Leave)
        })
    }

    #[test]
    fn what_was_added_is_written_and_reported() {
        let (_folder, model) = model();
        let report = add(&model, &["Describe"]).unwrap();
        let lines = "+ Describe: operation\n+ Input: structure\n~ S: service\nshapes: 2 added, 0 removed, 1 changed\n";
        assert!(report.ends_with(lines), "{report}");
        let added = Text::read(&model.path).unwrap();
        assert!(added.text.contains("\"x#Input\""));
        let report = edit_model(&added, None, |ours| {
            edit::remove(ours, &["Describe".to_owned()])
        });
        assert!(
            report
                .unwrap()
                .contains("- Describe: operation\n- Input: structure\n~ S: service\n")
        );
        assert_eq!(read(&model.path).unwrap(), OURS);
    }

    #[test]
    fn members_that_changed_are_named() {
        let of = |members: &str| {
            shapes(&format!(
                r#"{{"shapes": {{"x#S": {{"type": "enum", "members": {members}}}}}}}"#
            ))
        };
        let report = changes(&of(r#"{"A": 1, "B": 2}"#), &of(r#"{"B": 3, "C": 4}"#));
        assert_eq!(
            report,
            "~ S: enum - A ~ B + C\nshapes: 0 added, 0 removed, 1 changed\n"
        );
    }

    #[test]
    fn what_is_there_is_not_written_again() {
        let (folder, model) = model();
        let report = edit_model(&model, None, |ours| edit::update(ours, ours, &[])).unwrap();
        assert_eq!(report, "no shape changed\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn nothing_is_written_on_an_error() {
        // One name that is unknown; one operation that can be copied, but not generated.
        for names in [["Describe", "Nothing"], ["Describe", "Broken"]] {
            let (folder, model) = model();
            let error = add(&model, &names).unwrap_err().to_string();
            assert!(error.contains(names[1]), "{error}");
            assert_eq!(read(&model.path).unwrap(), OURS);
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }
}

//! An operation's flags: what the command line offers, and the input it comes to.

use std::fs;
use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use crate::binary::BinaryFormat;
use crate::failure::Failure;
use crate::model::{Argument, Operation, Shape};
use crate::pages::Paging;
use crate::shorthand;
use crate::skeleton;

const INPUT_JSON: &str = "cli-input-json";
const INPUT_YAML: &str = "cli-input-yaml";

/// The flags that every operation has beside those of its members.
#[derive(Debug, Args)]
#[group(skip)]
struct Common {
    /// The input as JSON, or file://PATH of it; flags beat it
    #[arg(long, value_name = "JSON")]
    cli_input_json: Option<String>,
    /// The input as YAML, or file://PATH of it; flags beat it
    #[arg(long, value_name = "YAML", conflicts_with = "cli_input_json")]
    cli_input_yaml: Option<String>,
    /// How blobs are written in the input [default: base64, or cli_binary_format of the profile]
    #[arg(long, value_name = "FORMAT")]
    cli_binary_format: Option<BinaryFormat>,
    /// Print an input to fill in, or check the input and print a sample output; nothing is sent
    #[arg(long, value_name = "KIND", num_args = 0..=1, default_missing_value = "input")]
    generate_cli_skeleton: Option<skeleton::Kind>,
}

/// The operation as a subcommand.
pub(crate) fn command(operation: &'static Operation) -> Command {
    let about = operation.about;
    let summary = about.lines().next().unwrap_or_default();
    let mut command = Command::new(operation.command).args(operation.input.iter().flat_map(flags));
    if operation.pages.is_some() {
        command = Paging::augment_args(command);
    }
    Common::augment_args(command)
        .about(without_period(summary))
        .long_about(about)
}

/// A text as clap's own help ends.
fn without_period(text: &str) -> String {
    text.strip_suffix('.').unwrap_or(text).to_owned()
}

/// The flag of an input member; two for a boolean.
fn flags(argument: &'static Argument) -> Vec<Arg> {
    let (name, shape) = (argument.member.name, argument.member.shape);
    let flag = Arg::new(name)
        .long(argument.flag)
        .help(without_period(argument.about));
    if let Shape::Boolean = shape {
        let no = format!("no-{}", argument.flag);
        let opposite = Arg::new(no.clone())
            .long(no.clone())
            .action(ArgAction::SetTrue)
            .overrides_with(name)
            .help(format!("The opposite of --{}", argument.flag));
        return vec![flag.action(ArgAction::SetTrue).overrides_with(no), opposite];
    }
    let flag = flag
        .value_name(value_name(shape))
        .allow_negative_numbers(true);
    match shape {
        Shape::List(_) => vec![flag.num_args(1..)],
        _ => vec![flag],
    }
}

fn value_name(shape: &Shape) -> &'static str {
    match shape {
        Shape::String | Shape::Enum(_) => "STRING",
        Shape::Boolean => "BOOLEAN",
        Shape::Integer(..) => "INTEGER",
        Shape::Float => "NUMBER",
        Shape::Timestamp => "TIMESTAMP",
        Shape::Blob => "BASE64",
        Shape::Document => "JSON",
        Shape::List(element) => value_name(element),
        Shape::Map(_) => "KEY=VALUE,...",
        Shape::Structure(_) | Shape::Union(_) => "STRUCTURE",
    }
}

/// What the command line says about an operation's input.
#[derive(Debug)]
pub(crate) struct Given {
    /// The input: `--cli-input-json`, overridden by flags. Not validated yet.
    pub(crate) input: Map<String, Value>,
    /// The kind of skeleton asked for.
    pub(crate) skeleton: Option<skeleton::Kind>,
    /// What was asked of paging.
    pub(crate) paging: Paging,
    /// Whether the input pages by itself, by its token or page size.
    pub(crate) pages_by_hand: bool,
}

/// Reads what was given of an operation's flags.
///
/// # Errors
///
/// A value that does not fit its flag, a file that cannot be read.
pub(crate) fn given(
    operation: &Operation,
    matches: &ArgMatches,
    binary: BinaryFormat,
) -> Result<Given, Failure> {
    let common = Common::from_arg_matches(matches).map_err(Failure::other)?;
    let binary = common.cli_binary_format.unwrap_or(binary);
    let mut whole = match (common.cli_input_json, common.cli_input_yaml) {
        (Some(text), _) => json(INPUT_JSON, &load_text(INPUT_JSON, &text)?)?,
        (None, Some(text)) => yaml(&load_text(INPUT_YAML, &text)?)?,
        (None, None) => Value::Object(Map::new()),
    };
    let members = operation.input.iter().map(|argument| &argument.member);
    binary.encode_members(members, &mut whole);
    let Value::Object(mut input) = whole else {
        return Err(wrong(INPUT_JSON, "expected a JSON object"));
    };
    for argument in operation.input {
        if let Some(value) = value(argument, matches, binary)? {
            input.insert(argument.member.name.to_owned(), value);
        }
    }
    let (mut paging, mut pages_by_hand) = (Paging::default(), false);
    if let Some(pages) = &operation.pages {
        paging = Paging::from_arg_matches(matches).map_err(Failure::other)?;
        let mut members = [Some(pages.input_token), pages.page_size]
            .into_iter()
            .flatten();
        pages_by_hand = members.any(|member| input.contains_key(member));
    }
    Ok(Given {
        input,
        skeleton: common.generate_cli_skeleton,
        paging,
        pages_by_hand,
    })
}

/// What an input member's flag was given, as JSON; none where the flag is absent.
fn value(
    argument: &Argument,
    matches: &ArgMatches,
    binary: BinaryFormat,
) -> Result<Option<Value>, Failure> {
    let name = argument.member.name;
    if let Shape::Boolean = argument.member.shape {
        let no = format!("no-{}", argument.flag);
        return Ok(match (matches.get_flag(name), matches.get_flag(&no)) {
            (true, _) => Some(true.into()),
            (_, true) => Some(false.into()),
            _ => None,
        });
    }
    let Some(texts) = matches.get_many::<String>(name) else {
        return Ok(None);
    };
    let texts: Vec<_> = texts.map(String::as_str).collect();
    let single = |shape, text: &str| {
        let mut value = single(argument.flag, shape, text)?;
        // The bytes of such a file are in base64 already.
        if !text.starts_with("fileb://") {
            binary.encode(shape, &mut value);
        }
        Ok(value)
    };
    match (argument.member.shape, texts.as_slice()) {
        (shape, [text]) => single(shape, text),
        (Shape::List(element), texts) => texts
            .iter()
            .map(|text| single(element, text))
            .collect::<Result<Value, _>>(),
        // clap lets only lists have several values.
        _ => Err(wrong(argument.flag, "expected one value")),
    }
    .map(Some)
}

/// Reads one value: JSON, the AWS CLI's shorthand, or a bare scalar; `file://` and `fileb://` stand for a file's content.
fn single(flag: &str, shape: &Shape, text: &str) -> Result<Value, Failure> {
    if let (Shape::Blob, Some(path)) = (shape, text.strip_prefix("fileb://")) {
        let bytes = fs::read(expand(path)).map_err(|error| unreadable(flag, path, &error))?;
        return Ok(base64_simd::STANDARD.encode_to_string(bytes).into());
    }
    let text = load_text(flag, text)?;
    let begins_with = |brackets: &[char]| text.trim_start().starts_with(brackets);
    match shape {
        Shape::Document => json(flag, &text),
        Shape::List(element) if !begins_with(&['[']) => {
            Ok(Value::Array(vec![single(flag, element, &text)?]))
        }
        Shape::List(_) | Shape::Map(_) | Shape::Structure(_) | Shape::Union(_)
            if begins_with(&['[', '{']) =>
        {
            json(flag, &text)
        }
        Shape::Map(_) | Shape::Structure(_) | Shape::Union(_) => {
            shorthand::parse(shape, &text).map_err(|reason| wrong(flag, &reason))
        }
        scalar => shorthand::scalar(scalar, &text).map_err(|reason| wrong(flag, &reason)),
    }
}

fn json(flag: &str, text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(|error| wrong(flag, &format!("Invalid JSON: {error}")))
}

/// Reads YAML. What is not text, number, truth or null in it, as a date, is text.
fn yaml(text: &str) -> Result<Value, Failure> {
    let value: Value = serde_saphyr::from_str(text).map_err(|error| {
        let place = error.location();
        let place = place.map(|at| format!(" at line {} column {}", at.line(), at.column()));
        let reason = error.without_snippet().to_string();
        wrong(
            INPUT_YAML,
            &format!("Invalid YAML{}: {reason}", place.unwrap_or_default()),
        )
    })?;
    if value.is_object() {
        return Ok(value);
    }
    Err(wrong(INPUT_YAML, "expected a YAML mapping"))
}

/// The value itself, or the text of the file that it names.
fn load_text(flag: &str, text: &str) -> Result<String, Failure> {
    match text
        .strip_prefix("file://")
        .or_else(|| text.strip_prefix("fileb://"))
    {
        Some(path) => {
            fs::read_to_string(expand(path)).map_err(|error| unreadable(flag, path, &error))
        }
        None => Ok(text.to_owned()),
    }
}

/// A path whose leading `~/` is the home directory: no shell does that behind `file://`.
fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(path),
    }
}

fn unreadable(flag: &str, path: &str, error: &std::io::Error) -> Failure {
    wrong(flag, &format!("Unable to load paramfile {path}: {error}"))
}

fn wrong(flag: &str, reason: &str) -> Failure {
    Failure::Usage(format!("Error parsing parameter '--{flag}': {reason}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{Member, Pages};

    static OPERATION: Operation = Operation {
        name: "DoThings",
        command: "do-things",
        about: "Does things.\n\nSlowly.",
        input: &[
            argument("Name", "name", &Shape::String),
            argument("Count", "count", &Shape::Integer(0, 10)),
            argument("Live", "live", &Shape::Boolean),
            argument("Types", "types", &Shape::List(&Shape::Enum(&["A", "B"]))),
            argument("Tags", "tags", &Shape::Map(&Shape::String)),
            argument(
                "Filter",
                "filter",
                &Shape::Structure(&[Member::optional("Depth", &Shape::Integer(0, 10))]),
            ),
            argument("Bytes", "bytes", &Shape::Blob),
            argument("NextToken", "next-token", &Shape::String),
        ],
        output: &[],
        pages: Some(Pages {
            input_token: "NextToken",
            output_token: "NextToken",
            page_size: None,
            items: "Items",
        }),
        call: |_, _| Box::pin(async { Ok(Value::Null) }),
    };

    const fn argument(name: &'static str, flag: &'static str, shape: &'static Shape) -> Argument {
        Argument {
            flag,
            about: "",
            member: Member::optional(name, shape),
        }
    }

    fn parse(line: &str) -> Result<Given, Failure> {
        let words = shlex::split(&format!("do-things {line}")).unwrap();
        let matches = command(&OPERATION)
            .try_get_matches_from(words)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        given(&OPERATION, &matches, BinaryFormat::default())
    }

    fn input(line: &str) -> Value {
        Value::Object(parse(line).unwrap().input)
    }

    #[test]
    fn flags_become_members() {
        for (line, expected) in [
            ("--name n --count -5", json!({"Name": "n", "Count": -5})),
            ("--live", json!({"Live": true})),
            ("--live --no-live", json!({"Live": false})),
            ("--types A B", json!({"Types": ["A", "B"]})),
            ("--types A", json!({"Types": ["A"]})),
            (r#"--types '["A","C"]'"#, json!({"Types": ["A", "C"]})),
            ("--tags k=v,l=w", json!({"Tags": {"k": "v", "l": "w"}})),
            (r#"--tags '{"k":"v"}'"#, json!({"Tags": {"k": "v"}})),
            ("--filter Depth=3", json!({"Filter": {"Depth": 3}})),
            ("--name 123", json!({"Name": "123"})),
        ] {
            assert_eq!(input(line), expected, "{line}");
        }
    }

    #[test]
    fn files_stand_for_their_content() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("input");
        fs::write(&path, r#"{"Name":"from file","Count":1}"#).unwrap();
        let name = path.display();
        assert_eq!(
            input(&format!("--cli-input-json 'file://{name}' --count 2")),
            json!({"Name": "from file", "Count": 2})
        );
        fs::write(&path, [0, 255]).unwrap();
        assert_eq!(
            input(&format!("--bytes 'fileb://{name}'")),
            json!({"Bytes": "AP8="})
        );
        let raw = "--cli-binary-format raw-in-base64-out";
        assert_eq!(
            input(&format!("--bytes 'fileb://{name}' {raw}")),
            json!({"Bytes": "AP8="})
        );
        assert_eq!(
            input(&format!("--bytes ab {raw}")),
            json!({"Bytes": "YWI="})
        );
        assert_eq!(
            input(&format!("--cli-input-yaml 'Bytes: ab' {raw}")),
            json!({"Bytes": "YWI="})
        );
    }

    #[test]
    fn what_is_no_value_is_rejected() {
        for (line, message) in [
            (
                "--count many",
                "'--count': expected a number, received: many",
            ),
            ("--filter {", "'--filter': Invalid JSON"),
            ("--filter deep", "'--filter': Expected: '='"),
            (
                "--cli-input-json []",
                "'--cli-input-json': expected a JSON object",
            ),
            (
                "--name file:///no/such/file",
                "'--name': Unable to load paramfile",
            ),
        ] {
            let failure = parse(line).unwrap_err();
            assert_eq!(failure.exit_code(), 252);
            let message = format!("Error parsing parameter {message}");
            assert!(failure.to_string().starts_with(&message), "{failure}");
        }
    }

    #[test]
    fn paging_by_hand_is_noticed() {
        for (line, by_hand) in [
            ("", false),
            ("--next-token t", true),
            (r#"--cli-input-json '{"NextToken":"t"}'"#, true),
        ] {
            assert_eq!(parse(line).unwrap().pages_by_hand, by_hand, "{line}");
        }
        let given = parse("--max-items 5 --starting-token t").unwrap();
        assert_eq!(given.paging.max_items, Some(5));
        assert_eq!(given.paging.starting_token.as_deref(), Some("t"));
    }

    #[test]
    fn a_skeleton_s_kind_is_input_unless_said() {
        for (line, expected) in [
            ("--generate-cli-skeleton", Some(skeleton::Kind::Input)),
            (
                "--generate-cli-skeleton output",
                Some(skeleton::Kind::Output),
            ),
            ("", None),
        ] {
            assert_eq!(parse(line).unwrap().skeleton, expected);
        }
    }
}

//! The command line: global options and the commands that no operation stands behind.

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::arguments;
use crate::commands::{
    completions, configure, export, find, import, prune, samples, serve, stats, tree, view, watch,
};
use crate::generated::OPERATIONS;
use crate::globals::Globals;
use crate::model::Operation;

/// Amazon Connect's contacts on the command line, flags and output as the AWS CLI has them.
#[derive(Debug, Parser)]
#[command(
    name = "connect",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Without an AWS account: connect tree --local"
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Handwritten,
}

/// The commands that no single operation stands behind.
#[derive(Debug, Subcommand)]
pub(crate) enum Handwritten {
    Tree(tree::Arguments),
    Export(export::Arguments),
    Find(find::Arguments),
    Import(import::Arguments),
    Prune(prune::Arguments),
    Samples(samples::Arguments),
    Serve(serve::Arguments),
    Stats(stats::Arguments),
    View(view::Arguments),
    Watch(watch::Arguments),
    Configure(configure::Arguments),
    Completions(completions::Arguments),
    Man(completions::ManArguments),
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    /// An operation, and its flags as they matched.
    Operation(&'static Operation, ArgMatches),
    /// Another command.
    Handwritten(Handwritten),
}

/// The whole command: handwritten subcommands and one for each operation.
pub(crate) fn command() -> clap::Command {
    let operations = OPERATIONS.iter().copied().map(arguments::command);
    // As with the AWS CLI, a flag that is given twice counts as it was given last, and may be abbreviated.
    Cli::command()
        .subcommands(operations)
        .mut_subcommands(|command| without_globals(command).args_override_self(true))
        .args_override_self(true)
        .infer_long_args(true)
}

/// Whether a command reads contacts and changes none, which AWS's names of operations say.
fn reads(command: &str) -> bool {
    let of_operations = ["describe-", "get-", "list-", "search-"];
    let mut verbs = of_operations.iter();
    ["tree", "export", "find", "view", "watch"].contains(&command)
        || verbs.any(|verb| command.starts_with(verb))
}

/// Whether a global option, by the name of its field, means something to a command.
fn applies(option: &str, command: &str) -> bool {
    match command {
        // These have a database of their own.
        "import" | "prune" | "serve" | "stats" if option == "database" => true,
        _ if ["database", "records"].contains(&option) => reads(command),
        // They make no calls.
        "import" | "prune" | "samples" | "serve" | "completions" | "man" => option == "debug",
        "stats" => ["color", "debug", "no_cli_pager", "output", "query"].contains(&option),
        "configure" => !["local", "no_paginate"].contains(&option),
        // They fetch all pages, and the formats of exports are not those of results.
        "tree" | "find" => option != "no_paginate",
        "watch" => !["no_cli_pager", "no_paginate", "output", "query"].contains(&option),
        "view" => !["color", "no_cli_pager", "no_paginate", "output", "query"].contains(&option),
        "export" => !["color", "no_paginate", "output", "query"].contains(&option),
        _ => true,
    }
}

/// The global options that mean nothing to a command.
fn inapplicable(command: &str) -> Vec<clap::Arg> {
    let globals = Globals::augment_args(clap::Command::new(""));
    let mut options: Vec<_> = globals.get_arguments().cloned().collect();
    options.retain(|option| !applies(option.get_id().as_str(), command));
    options
}

/// Leaves options out of the help of a command that they do not apply to.
fn without_globals(command: clap::Command) -> clap::Command {
    let hidden = inapplicable(command.get_name()).into_iter();
    command.args(hidden.map(|option| option.hide(true)))
}

/// Rejects options that do not apply to the command, so that none is ignored silently.
fn reject_globals(name: &str, matches: &ArgMatches) -> Result<(), clap::Error> {
    let given = |option: &clap::Arg| {
        matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine)
    };
    let option = inapplicable(name).into_iter().find(given);
    let Some(flag) = option.as_ref().and_then(clap::Arg::get_long) else {
        return Ok(());
    };
    let mut message = format!("'--{flag}' does not apply to '{name}'");
    if ["database", "records"].contains(&flag) {
        message += ", which does not read contacts or changes them: they are only read there";
    }
    Err(command().error(ErrorKind::ArgumentConflict, message))
}

/// Reads the process's command line.
///
/// # Errors
///
/// clap's: a wrong line, or the help or version that was asked for.
pub(crate) fn parse(
    line: impl IntoIterator<Item = std::ffi::OsString>,
) -> Result<(Globals, Command), clap::Error> {
    let matches = command().try_get_matches_from(line)?;
    if let Some((name, matches)) = matches.subcommand() {
        reject_globals(name, matches)?;
        let mut operations = OPERATIONS.iter();
        if let Some(operation) = operations.find(|operation| operation.command == name) {
            let globals = Globals::from_arg_matches(matches)?;
            return Ok((globals, Command::Operation(operation, matches.clone())));
        }
    }
    let cli = Cli::from_arg_matches(&matches)?;
    Ok((cli.globals, Command::Handwritten(cli.command)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names that clash, those of an operation's flags with the global ones too, are found here.
    #[test]
    fn the_whole_command_is_sound() {
        command().debug_assert();
    }

    fn parsed(line: &str) -> Result<(Globals, Command), clap::Error> {
        parse(line.split(' ').map(Into::into))
    }

    #[test]
    fn help_shows_the_options_that_apply() {
        for (name, shown) in [("serve", false), ("import", false), ("tree", true)] {
            let help = parsed(&format!("connect {name} --help"));
            let help = help.unwrap_err().to_string();
            assert_eq!(help.contains("--endpoint-url"), shown, "{help}");
            assert!(help.contains("--debug"), "{help}");
        }
    }

    #[test]
    fn options_that_do_not_apply_are_rejected_wherever_they_stand() {
        for line in [
            "connect samples --local",
            "connect --region r samples",
            "connect --color on import f --database d",
            "connect serve --database d --output json",
            "connect tree --local --no-paginate",
            "connect export --local --query x",
        ] {
            let error = parsed(line).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ArgumentConflict, "{line}: {error}");
            assert!(error.to_string().contains("does not apply to"), "{error}");
        }
        parsed("connect samples --debug").unwrap();
        parsed("connect --debug tree --local --color on").unwrap();
    }

    #[test]
    fn global_options_stand_before_and_after_the_command_and_the_last_counts() {
        for (line, expected) in [
            ("connect --region r list-associated-contacts", "r"),
            ("connect list-associated-contacts --region r", "r"),
            (
                "connect list-associated-contacts --region a --region b",
                "b",
            ),
        ] {
            let line = format!("{line} --contact-id a --contact-id b");
            let (globals, command) = parsed(&line).unwrap();
            assert_eq!(globals.region.as_deref(), Some(expected));
            let Command::Operation(_, matches) = command else {
                panic!("it is an operation");
            };
            let id = matches.get_one::<String>("ContactId");
            assert_eq!(id.map(String::as_str), Some("b"));
        }
    }
}

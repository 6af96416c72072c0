//! `connect completions` and `connect man`.

use std::path::PathBuf;

use clap_complete::Shell;

use crate::failure::Failure;
use crate::output;

/// Print what completes this command's words in a shell
///
/// For bash: source <(connect completions bash). For zsh and fish, into a file of the folder that they complete from.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

/// Runs `connect completions` of the whole command.
///
/// # Errors
///
/// An output that cannot be written.
pub(crate) fn run(arguments: &Arguments, mut command: clap::Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "connect", &mut script);
    output::print(&String::from_utf8_lossy(&script))
}

/// Write manual pages, one for each command
#[derive(Debug, clap::Args)]
pub(crate) struct ManArguments {
    /// The folder to write them into, such as ~/.local/share/man/man1
    folder: PathBuf,
}

/// Runs `connect man` of the whole command.
///
/// # Errors
///
/// A folder that cannot be written to.
pub(crate) fn man(arguments: &ManArguments, command: clap::Command) -> Result<(), Failure> {
    let folder = &arguments.folder;
    let written =
        std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(command, folder));
    written.map_err(|error| Failure::file("write into", folder, error))
}

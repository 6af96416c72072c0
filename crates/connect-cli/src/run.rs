//! Runs an operation's command: input, pages, output.

use clap::ArgMatches;
use connect_sdk::Client;
use serde_json::{Map, Value};

use crate::arguments::{self, Given};
use crate::client;
use crate::failure::Failure;
use crate::local::Local;
use crate::model::{Operation, Pages};
use crate::output::{self, Format, Printer};
use crate::pages::{self, Paging, Walk};
use crate::settings::Settings;
use crate::skeleton::{self, Kind};
use crate::time::{self, Times};
use crate::validation;

/// Runs an operation as the command line says.
///
/// # Errors
///
/// Anything that can go wrong with it.
pub(crate) async fn operation(
    operation: &'static Operation,
    matches: &ArgMatches,
    settings: &Settings,
) -> Result<(), Failure> {
    let Given {
        mut input,
        skeleton,
        paging,
        pages_by_hand,
    } = arguments::given(operation, matches, settings.binary_format()?)?;
    let mut printer = settings.printer()?;
    let members = operation.input.iter().map(|argument| &argument.member);
    if skeleton == Some(Kind::YamlInput) {
        return output::print(&skeleton::yaml(operation.input));
    }
    if skeleton == Some(Kind::Input) {
        // Meant for a file that `--cli-input-json` reads, so no format and no query applies.
        printer.format = Format::Json;
        printer.query = None;
        let blank = skeleton::members(members, Kind::Input);
        printer.print(operation.name, &blank)?;
        return printer.out.close();
    }
    let local = Local::open(&settings.globals).await?;
    if let Some(local) = &local {
        local.preset(members.clone(), &mut input)?;
    }
    require(operation, &input)?;
    let input = validation::validate(members, input)?;
    if skeleton.is_some() {
        let sample = skeleton::members(operation.output.iter(), Kind::Output);
        printer.print(operation.name, &sample)?;
        return printer.out.close();
    }
    let one_call = pages_by_hand || settings.globals.no_paginate;
    if one_call {
        reject_paging(&paging)?;
    }
    let times = settings.times()?;
    let connection = client::connect(settings, local).await?;
    let call = Call {
        operation,
        client: &connection.client,
        times,
    };
    let printed = match &operation.pages {
        Some(pages) if !one_call => call.pages(pages, input, &paging, &mut printer).await,
        _ => match call.send(Value::Object(input)).await {
            Ok(output) => printer.print(operation.name, &output),
            Err(failure) => Err(failure),
        },
    };
    connection.close().await;
    printed?;
    printer.out.close()
}

/// Rejects input that lacks a required member, by the names of the flags. Where a name in it is unknown, the validation
/// of all input says both.
fn require(operation: &Operation, input: &Map<String, Value>) -> Result<(), Failure> {
    let arguments = operation.input.iter();
    let known = |name: &String| {
        arguments
            .clone()
            .any(|argument| argument.member.name == name)
    };
    let missing: Vec<_> = arguments
        .clone()
        .filter(|argument| argument.member.required && !input.contains_key(argument.member.name))
        .map(|argument| format!("--{}", argument.flag))
        .collect();
    if missing.is_empty() || !input.keys().all(known) {
        return Ok(());
    }
    Err(Failure::required(&missing))
}

/// Rejects flags that page where there is one call only.
fn reject_paging(paging: &Paging) -> Result<(), Failure> {
    let mut given = Vec::new();
    given.extend(paging.starting_token.as_ref().map(|_| "--starting-token"));
    given.extend(paging.page_size.map(|_| "--page-size"));
    given.extend(paging.max_items.map(|_| "--max-items"));
    if given.is_empty() {
        return Ok(());
    }
    Err(Failure::Usage(format!(
        "Cannot specify --no-paginate along with pagination arguments: {}",
        given.join(", ")
    )))
}

/// An operation, and who calls it.
struct Call<'a> {
    operation: &'static Operation,
    client: &'a Client,
    times: Times,
}

impl Call<'_> {
    /// Makes one call; times in its output are as the user wants them.
    async fn send(&self, input: Value) -> Result<Value, Failure> {
        let mut output = (self.operation.call)(self.client, input).await?;
        time::localise(self.operation.output, &mut output, &self.times);
        Ok(output)
    }

    /// Makes calls for all pages that are wanted, and prints them as they come or as one result. A query is for the whole:
    /// applied to each page, it would find the first of each.
    async fn pages(
        &self,
        shape: &Pages,
        input: Map<String, Value>,
        paging: &Paging,
        printer: &mut Printer,
    ) -> Result<(), Failure> {
        let name = self.operation.name;
        let by_page = printer.query.is_none();
        let mut walk = Walk::new(shape, input, paging)?;
        let mut whole: Option<Value> = None;
        let mut first = true;
        while let Some(page) = walk.next(|input| self.send(input)).await? {
            match (printer.format, &mut whole) {
                (Format::YamlStream, _) if by_page => printer.print(name, &page)?,
                (Format::Text, _) if by_page && first => {
                    printer.print(name, &pages::without_token(shape, page))?;
                }
                (Format::Text, _) if by_page => {
                    printer.print(name, &pages::items_only(shape, page))?;
                }
                (_, Some(whole)) => pages::join(shape, whole, page),
                (_, None) => whole = Some(pages::without_token(shape, page)),
            }
            first = false;
        }
        let token = walk.resume_token();
        if let Some(mut whole) = whole {
            if let (Some(members), Some(token)) = (whole.as_object_mut(), token) {
                members.insert("NextToken".to_owned(), token.into());
            }
            printer.print(name, &whole)?;
        }
        token.map_or(Ok(()), |token| printer.print_token(token))
    }
}

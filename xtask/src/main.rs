//! Command line of hntf: parse, call the libraries, print, exit code.
//!
//! Exit codes: 0 done, 1 numbers have moved (`check`), 2 a mistake in what was asked for, 130
//! interrupted.

mod apply;
mod args;
mod asked;
mod check;
mod error;
mod export;
mod fetch;
mod list;
mod places;
mod progress;
mod run;
mod store;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List => list::list(),
        Command::Reproduce { names, run } => run::reproduce(&names, &run),
        Command::Run { file, run } => run::run(&file, &run),
        Command::Draw { names, run } => run::draw(&names, &run),
        Command::Store { action } => store::store(&action),
        Command::Fetch(args) => fetch::fetch(&args).map_err(Into::into),
        Command::Check { names, check } => check::check(&names, &check),
        Command::Export {
            name,
            trial,
            method,
            kept,
        } => export::export(&name, trial, &method, &kept),
        Command::Apply { fit, data, apply } => apply::apply(&fit, &data, &apply),
    };
    result.unwrap_or_else(|error| {
        progress::say(&format!("error: {error}"));
        ExitCode::from(if error.is_interrupted() { 130 } else { 2 })
    })
}

//! Command line of hntf: parse, call the harness, print, exit code.
//!
//! Exit codes: 0 done, 1 numbers have moved (`check`), 2 a mistake in what was asked for, 130
//! interrupted.

mod commands;
mod fetch;
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use hntf_harness::config::MOST_TRIALS;

/// Hierarchical and neural nonnegative tensor factorization: reproduce the literature, run your own
/// experiments, notice when a number moves.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List experiments, models, data sets, figures and metrics.
    List,
    /// Regenerate published tables and figures; all experiments if no name is given.
    Reproduce {
        /// Names of files in experiments/, without .toml.
        names: Vec<String>,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Run an experiment file of your own.
    Run {
        /// The TOML file; see experiments/examples/.
        file: PathBuf,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Download public data sets into datasets/cache/; list them if no name is given.
    Fetch(fetch::FetchArgs),
    /// Run experiments again and compare with the committed results; exit code 1 if a number moved.
    Check {
        /// Names of experiments with committed results; all of them if none is given.
        names: Vec<String>,
        #[command(flatten)]
        check: CheckArgs,
    },
}

#[derive(Args)]
struct CheckArgs {
    /// Write the new results over the committed ones.
    #[arg(long)]
    bless: bool,
    /// Threads to spread the fits over [default: all cores]; the results do not depend on it.
    #[arg(long, value_name = "N", value_parser = positive)]
    threads: Option<usize>,
    #[command(flatten)]
    data: DataArgs,
    /// Folder of the experiments [default: the repository's experiments/].
    #[arg(long, value_name = "DIR")]
    experiments: Option<PathBuf>,
    /// Folder of the committed results [default: the repository's results/].
    #[arg(long, value_name = "DIR")]
    results: Option<PathBuf>,
}

#[derive(Args)]
struct RunArgs {
    /// Threads to spread the fits over [default: all cores]; the results do not depend on it.
    #[arg(long, value_name = "N", value_parser = positive)]
    threads: Option<usize>,
    /// Seeds per method, instead of the experiment's number.
    #[arg(long, value_name = "N", value_parser = trials)]
    trials: Option<u32>,
    /// Folder to write results to, each experiment's to DIR/NAME/ [default: results/ of the
    /// repository for `reproduce`; out/ of the repository for `reproduce --trials`; out/ of the working
    /// folder for `run`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: DataArgs,
}

#[derive(Args)]
struct DataArgs {
    /// Folder with public data sets, looked into before datasets/cache/; may be given more than
    /// once [default: the folder HNTF_DATA_DIR names].
    #[arg(long, value_name = "DIR")]
    data_dir: Vec<PathBuf>,
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("expected a whole number ≥ 1".to_owned()),
    }
}

fn trials(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(n) if (1..=MOST_TRIALS).contains(&n) => Ok(n),
        _ => Err(format!("expected a whole number from 1 to {MOST_TRIALS}")),
    }
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::List => commands::list(),
        Command::Reproduce { names, run } => commands::reproduce(&names, &run),
        Command::Run { file, run } => commands::run(&file, &run),
        Command::Fetch(args) => {
            return fetch::fetch(&args).unwrap_or_else(|error| {
                fail(&error, matches!(error, fetch::FetchError::Interrupted))
            });
        }
        Command::Check { names, check } => commands::check(&names, &check),
    };
    result.unwrap_or_else(|error| {
        let interrupted = matches!(error, hntf_harness::HarnessError::Interrupted { .. });
        fail(&error, interrupted)
    })
}

fn fail(error: &dyn std::error::Error, interrupted: bool) -> ExitCode {
    progress::say(&format!("error: {error}"));
    ExitCode::from(if interrupted { 130 } else { 2 })
}

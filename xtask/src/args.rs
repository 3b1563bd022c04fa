//! The command line as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use hntf_experiment::MOST_TRIALS;

/// Hierarchical and neural nonnegative tensor factorization: reproduce the literature, run your own
/// experiments, notice when a number moves.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
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
    /// Draw tables, topics and figures again from kept fits, without fitting anything.
    Draw {
        /// Names of experiments, or experiment files of your own; all experiments whose fits are
        /// kept if none is given.
        names: Vec<String>,
        #[command(flatten)]
        run: RunArgs,
    },
    /// Write factors as .npy and .npz files; one trial or all of them.
    Export {
        /// The name of an experiment, or an experiment file of your own.
        name: String,
        /// Which trials of each method: `best`, `all`, or a number, counted from 0.
        #[arg(long, value_name = "WHICH", default_value = "best", value_parser = which)]
        trial: Which,
        /// Methods; all of them if none is given.
        #[arg(long, value_name = "ID")]
        method: Vec<String>,
        #[command(flatten)]
        kept: KeptArgs,
    },
    /// What fitted topics say of new data: a folder that a run or `export` wrote, and a file.
    Apply {
        /// A folder with fit.json, such as results/NAME/factors/METHOD.
        fit: PathBuf,
        /// Documents (a folder, .csv, .jsonl), or an array (.npy, .tns, .mtx) of the shape of the
        /// fitted data but for one mode.
        data: PathBuf,
        #[command(flatten)]
        apply: ApplyArgs,
    },
    /// The kept fits.
    Store {
        #[command(subcommand)]
        action: StoreAction,
    },
    /// Download public data sets into datasets/cache/; list them if no name is given.
    Fetch(FetchArgs),
    /// Run experiments again and compare with the committed results; exit code 1 if a number moved.
    Check {
        /// Names of experiments with committed results; all of them if none is given.
        names: Vec<String>,
        #[command(flatten)]
        check: CheckArgs,
    },
}

#[derive(Subcommand)]
pub(crate) enum StoreAction {
    /// How many entries there are, and how large they are.
    Size(StoreArgs),
    /// One line an entry.
    List(StoreArgs),
    /// Remove all entries.
    Clear(StoreArgs),
}

#[derive(Args)]
pub(crate) struct StoreArgs {
    /// Folder of the store [default: out/store of the working folder if there is one, else of the
    /// repository].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Write the new results over the committed ones.
    #[arg(long)]
    pub(crate) bless: bool,
    /// Threads to spread the fits over [default: all cores]; the results do not depend on it.
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
    /// Folder of the experiments [default: the repository's experiments/].
    #[arg(long, value_name = "DIR")]
    pub(crate) experiments: Option<PathBuf>,
    /// Folder of the committed results [default: the repository's results/].
    #[arg(long, value_name = "DIR")]
    pub(crate) results: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct RunArgs {
    /// Threads to spread the fits over [default: all cores]; the results do not depend on it.
    #[arg(long, value_name = "N", value_parser = positive)]
    pub(crate) threads: Option<usize>,
    #[command(flatten)]
    pub(crate) kept: KeptArgs,
    /// Print JSON instead of tables.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which fits, and where they and their results are.
#[derive(Args)]
pub(crate) struct KeptArgs {
    /// Seeds per method, instead of the experiment's number.
    #[arg(long, value_name = "N", value_parser = trials)]
    pub(crate) trials: Option<u32>,
    /// Folder to write results to, each experiment's to DIR/NAME/ [default: results/ of the
    /// repository for its experiments; out/ of the repository with --trials; out/ of the working
    /// folder for your own].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Folder where fits are kept, to be found by later runs [default: out/store of the repository
    /// for its experiments, of the working folder for your own].
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) data: DataArgs,
}

#[derive(Args)]
pub(crate) struct ApplyArgs {
    /// The mode of the new items, counted from 1 [default: the one whose size is not that of the
    /// fitted data, or the last].
    #[arg(long, value_name = "MODE", value_parser = positive)]
    pub(crate) mode: Option<usize>,
    /// Column (CSV) or key (JSON lines) with the text of a document.
    #[arg(long, value_name = "NAME", default_value = "text")]
    pub(crate) text_column: String,
    /// Column or key with the name of a document [default: its line].
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// Folder to write coefficients to, as .npy and .csv [default: nothing is written].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Print JSON instead of a table.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct FetchArgs {
    /// Names of data sets.
    pub(crate) names: Vec<String>,
    /// Replace a file that is there with another checksum.
    #[arg(long)]
    pub(crate) force: bool,
    /// List of data sets [default: the repository's datasets/sources.toml].
    #[arg(long, value_name = "FILE")]
    pub(crate) sources: Option<PathBuf>,
    /// Folder to download to [default: the repository's datasets/cache/].
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DataArgs {
    /// Folder with public data sets, looked into before datasets/cache/; may be given more than
    /// once [default: the folder HNTF_DATA_DIR names].
    #[arg(long, value_name = "DIR")]
    pub(crate) data_dir: Vec<PathBuf>,
}

/// Which trials of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// The one with the smallest training error.
    Best,
    /// Every one.
    All,
    /// One by its number.
    One(u32),
}

fn which(text: &str) -> Result<Which, String> {
    match text {
        "best" => Ok(Which::Best),
        "all" => Ok(Which::All),
        number => match number.parse() {
            Ok(trial) => Ok(Which::One(trial)),
            Err(_) => Err("expected `best`, `all` or the number of a trial, from 0".to_owned()),
        },
    }
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

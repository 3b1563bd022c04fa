//! `cargo xtask fetch`: public data sets, downloaded and verified.

mod download;
pub(crate) mod error;
mod sources;
mod stop;
#[cfg(test)]
mod tests;

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ureq::Proxy;

use crate::args::FetchArgs;
use crate::places;
use crate::progress::{is_cancelled, listen_for_interrupts, print, say};
use download::{News, Options};
use error::FetchError;
use sources::Source;

/// Longest wait for a silent server.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the command looks whether its download has ended.
const TICK: Duration = Duration::from_millis(50);
/// How many of these a download that is to stop may take: it may be waiting for a silent server.
const TICKS_TO_STOP: u32 = 20;

/// Downloads the named data sets, or lists all of them.
pub(crate) fn fetch(args: &FetchArgs) -> Result<ExitCode, FetchError> {
    let list = args.sources.clone().unwrap_or_else(places::sources);
    let folder = args.out.clone().unwrap_or_else(places::cache);
    let sources = sources::load(&list)?;
    if args.names.is_empty() {
        print("Public data sets (cargo xtask fetch NAME)");
        for source in &sources {
            print(&format!("  {:16} {}", source.name, source.description));
            print(&format!("  {:16} {}", "", source.address.0));
            print(&format!("  {:16} licence: {}", "", source.licence));
        }
        return Ok(ExitCode::SUCCESS);
    }
    // All names are looked up before anything is downloaded.
    let find = |name: &String| sources::find(&sources, name, &list);
    let wanted: Vec<&Source> = args.names.iter().map(find).collect::<Result<_, _>>()?;
    listen_for_interrupts();
    for source in wanted {
        let path = one(source.clone(), folder.clone(), args.force)?;
        print(&format!("{}: {}", source.name, path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Downloads in a thread of its own: nothing else can end a wait for a silent server.
fn one(source: Source, folder: PathBuf, replace: bool) -> Result<PathBuf, FetchError> {
    let worker = thread::spawn(move || behind_a_bar(&source, &folder, replace));
    let mut ticks = 0;
    while !worker.is_finished() {
        thread::sleep(TICK);
        ticks += u32::from(is_cancelled());
        if ticks > TICKS_TO_STOP {
            return Err(FetchError::Interrupted);
        }
    }
    worker.join().unwrap_or_else(|panic| resume_unwind(panic))
}

fn behind_a_bar(source: &Source, folder: &Path, replace: bool) -> Result<PathBuf, FetchError> {
    let bar = ProgressBar::with_draw_target(Some(source.size), ProgressDrawTarget::stderr());
    let template = "{prefix} [{bar:30}] {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(source.name.clone());
    let options = Options {
        agent: download::agent(PATIENCE, Proxy::try_from_env()),
        retry_delay: Duration::from_secs(1),
        replace,
    };
    let fetched = download::fetch(source, folder, &options, &mut |news| {
        match news {
            News::Line(line) => bar.suspend(|| say(&line)),
            News::Bytes(here) => bar.set_position(here),
        }
        !is_cancelled()
    });
    bar.finish_and_clear();
    fetched
}

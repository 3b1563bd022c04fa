//! `cargo xtask fetch`: public data sets, downloaded and verified.

use std::ops::ControlFlow;
use std::process::ExitCode;

use hntf_harness::fetch::{FetchOptions, Progress, Source, Sources, fetch as download};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::error::CliError;
use crate::places::{cache, sources};
use crate::progress::{is_cancelled, listen_for_interrupts, print, say};

/// Downloads the named data sets, or lists all of them.
pub(crate) fn fetch(names: &[String], force: bool) -> Result<ExitCode, CliError> {
    let sources = Sources::load(&sources())?;
    if names.is_empty() {
        print("Public data sets (cargo xtask fetch NAME)");
        for source in sources.iter() {
            print(&format!(
                "  {:16} {}",
                source.name.to_string(),
                source.description
            ));
            print(&format!("  {:16} {}", "", source.address));
            print(&format!("  {:16} licence: {}", "", source.licence));
        }
        return Ok(ExitCode::SUCCESS);
    }
    // All names are looked up before anything is downloaded.
    let wanted = names
        .iter()
        .map(|n| sources.get(n))
        .collect::<Result<Vec<_>, _>>()?;
    listen_for_interrupts();
    for source in wanted {
        let path = one(source, force)?;
        print(&format!("{}: {}", source.name, path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

fn one(source: &Source, force: bool) -> Result<std::path::PathBuf, CliError> {
    let bar = ProgressBar::with_draw_target(source.size, ProgressDrawTarget::stderr());
    let template = "{prefix} [{bar:30}] {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_prefix(source.name.to_string());
    let options = FetchOptions {
        replace: force,
        ..FetchOptions::default()
    };
    let mut report = |progress: Progress<'_>| {
        match progress {
            Progress::Connecting { address, .. } => {
                bar.suspend(|| say(&format!("connecting to {address}")));
            }
            Progress::Receiving {
                received, total, ..
            } => {
                if let Some(total) = total {
                    bar.set_length(total);
                }
                bar.set_position(received);
            }
            Progress::Waiting { .. } => {}
            Progress::Failed(failure) => bar.suspend(|| say(&failure.to_string())),
        }
        if is_cancelled() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let path = download(source, &cache(), &options, &mut report);
    bar.finish_and_clear();
    Ok(path?)
}

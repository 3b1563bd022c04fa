//! `cargo xtask check`: have committed numbers moved?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use hntf_experiment::{Experiment, ExperimentError, catalogue};
use hntf_report::output::{Target, command_of, picture_files};
use hntf_report::{Owner, Pages, compare_page, drift, pages};
use hntf_run::store::Store;
use hntf_run::{Fits, Record};

use crate::args::CheckArgs;
use crate::error::CliError;
use crate::places::{data_folders, experiments, results as committed_results};
use crate::progress::{print, say};
use crate::run::fit;

/// Compares with committed results; with `--bless`, writes the new ones in their place.
pub(crate) fn check(names: &[String], args: &CheckArgs) -> Result<ExitCode, CliError> {
    let sources = args.experiments.clone().unwrap_or_else(experiments);
    let results = args.results.clone().unwrap_or_else(committed_results);
    let (mut same, mut moved, mut skipped) = (0, 0, 0);
    for path in to_check(names, &sources, &results, args.bless)? {
        let experiment = Experiment::load(&path)?;
        match check_one(&experiment, &results, args) {
            Err(CliError::Experiment(ExperimentError::Absent { experiment, source }))
                if names.is_empty() =>
            {
                say(&format!("{experiment}: skipped, {source}"));
                skipped += 1;
            }
            Ok(true) => same += 1,
            Ok(false) => moved += 1,
            Err(error) => return Err(error),
        }
    }
    if same + moved + skipped > 1 {
        print(&summary(same, moved, skipped));
    }
    if moved > 0 && !args.bless {
        say(
            "numbers have moved: find out why; if it is right, write them with check --bless and say the reason in the commit",
        );
    }
    Ok(ExitCode::from(u8::from(moved > 0 && !args.bless)))
}

/// The last line of a check of several experiments.
fn summary(same: usize, moved: usize, skipped: usize) -> String {
    let plural = if same == 1 { "" } else { "s" };
    let mut line = format!("{same} experiment{plural} as committed");
    if moved > 0 {
        line.push_str(&format!(", {moved} not"));
    }
    if skipped > 0 {
        line.push_str(&format!(", {skipped} skipped for want of data"));
    }
    line
}

/// The experiments named; else those with committed results, or all of them to be blessed.
fn to_check(
    names: &[String],
    sources: &Path,
    results: &Path,
    bless: bool,
) -> Result<Vec<PathBuf>, CliError> {
    if !names.is_empty() {
        let find = |name: &String| catalogue::find(sources, name);
        return Ok(names.iter().map(find).collect::<Result<_, _>>()?);
    }
    let committed = |path: &PathBuf| {
        path.file_stem()
            .is_some_and(|stem| cells_of(results, &stem.to_string_lossy()).exists())
    };
    let mut paths = catalogue::all(sources)?;
    paths.retain(|path| bless || committed(path));
    if paths.is_empty() {
        return Err(CliError::NothingToCheck {
            experiments: sources.to_path_buf(),
            results: results.to_path_buf(),
        });
    }
    Ok(paths)
}

fn cells_of(results: &Path, name: &str) -> PathBuf {
    results.join(name).join("cells.csv")
}

/// Whether the numbers are as committed.
fn check_one(experiment: &Experiment, results: &Path, args: &CheckArgs) -> Result<bool, CliError> {
    let name = &experiment.name;
    let prepared = experiment.prepare_in(&data_folders(&args.data)?)?;
    let committed = match (Record::read(&cells_of(results, name)), args.bless) {
        (Ok(record), _) => record,
        (Err(_), true) => Record::default(),
        (Err(error), false) => return Err(error.into()),
    };
    let target = args
        .bless
        .then(|| Target::at(results, experiment, Owner::Repository))
        .transpose()?;
    if let Some(target) = &target {
        target.probe()?;
    }
    // Kept fits would hide that the program has changed.
    let store = Store::temporary()?;
    let fits = fit(&prepared, args.threads, None, &store)?;
    let drifts = drift::compare(experiment, &committed, &fits.record);
    let command = format!("cargo xtask reproduce {name}");
    let committed_pages = results.join(name);
    // A page says which command makes it.
    let of_pages = command_of(&committed_pages).unwrap_or_else(|| command.clone());
    let (pages, moved_lines) = moved_pages(&fits, &committed_pages, &of_pages)?;
    let cells = fits.record.cells().len();
    let same = drifts.is_empty() && moved_lines.is_empty();
    if same {
        print(&format!(
            "{name}: {cells} cells and {pages} pages as committed"
        ));
    } else {
        let (moved, lines) = (drifts.len(), moved_lines.len());
        let plural = if lines == 1 { "" } else { "s" };
        print(&format!(
            "{name}: {moved} of {cells} cells and {lines} line{plural} of {pages} pages not as committed"
        ));
        drifts.iter().for_each(|drift| print(&format!("  {drift}")));
        for line in moved_lines.iter().take(MOST_LINES) {
            print(&format!("  {line}"));
        }
        if lines > MOST_LINES {
            print(&format!("  … and {} more lines", lines - MOST_LINES));
        }
    }
    if let Some(target) = target {
        target.commit(&fits, &command)?;
        print(&format!("{name}: new results written"));
    }
    Ok(same)
}

/// So many lines of pages are shown; one number may stand in many of them.
const MOST_LINES: usize = 20;

/// How many pages there are, and their lines that are not as committed: tables, topics, and the data
/// of figures. Pictures are drawn from those; they have to be there.
fn moved_pages(
    fits: &Fits<'_>,
    committed: &Path,
    command: &str,
) -> Result<(usize, Vec<String>), CliError> {
    let Pages { texts, figures } = pages(fits, command)?;
    let mut names: BTreeSet<String> = texts.keys().cloned().collect();
    let pages = names.len();
    let pictures: BTreeSet<String> = figures
        .iter()
        .flat_map(|(stem, _)| picture_files(stem))
        .collect();
    let entries = std::fs::read_dir(committed.join("figures"));
    let files = entries.into_iter().flatten().flatten();
    let files = files.map(|f| format!("figures/{}", f.file_name().to_string_lossy()));
    let (data, there): (BTreeSet<_>, BTreeSet<_>) = files.partition(|f| f.ends_with(".json"));
    names.extend(data);
    names.extend(["table.md", "topics.md", "topics.tex"].map(str::to_owned));
    let experiment = fits.prepared.experiment;
    let lines = names.iter().flat_map(|name| {
        let before = std::fs::read_to_string(committed.join(name)).ok();
        let after = texts.get(name).map(String::as_str);
        compare_page(experiment, name, before.as_deref(), after)
    });
    let mut moved: Vec<String> = lines.collect();
    let file = |name: &String, now: bool| {
        compare_page(experiment, name, (!now).then_some(""), now.then_some(""))
    };
    moved.extend(
        pictures
            .difference(&there)
            .flat_map(|name| file(name, true)),
    );
    moved.extend(
        there
            .difference(&pictures)
            .flat_map(|name| file(name, false)),
    );
    Ok((pages, moved))
}

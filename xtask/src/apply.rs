//! `cargo xtask apply`: fitted topics and new data.

use std::path::Path;
use std::process::ExitCode;

use hntf_report::applied::{json, render, write};
use hntf_run::apply::{NewItems, Reading, apply as apply_fit};
use hntf_run::export::read_export;
use hntf_solvers::{Progress, Signal, StopReason};

use crate::args::ApplyArgs;
use crate::error::CliError;
use crate::progress::{is_cancelled, listen_for_interrupts, print};

pub(crate) fn apply(fit: &Path, data: &Path, args: &ApplyArgs) -> Result<ExitCode, CliError> {
    let fit = read_export(fit)?;
    let mut reading = Reading {
        mode: args.mode.map(|mode| mode - 1),
        ..Reading::default()
    };
    reading.corpus.text_column.clone_from(&args.text_column);
    reading.corpus.id_column.clone_from(&args.id_column);
    let items = NewItems::read(&fit, data, &reading)?;
    listen_for_interrupts();
    let mut observer = |_: Progress| match is_cancelled() {
        true => Signal::Cancel,
        false => Signal::Continue,
    };
    let applied = apply_fit(&fit, &items, &mut observer)?;
    if applied.reason == StopReason::Cancelled {
        return Err(CliError::Interrupted);
    }
    if let Some(out) = &args.out {
        write(&applied, out)?;
    }
    if args.json {
        print(&json(&fit, &applied).to_string());
        return Ok(ExitCode::SUCCESS);
    }
    print(render(&fit, &applied).trim_end());
    if let Some(out) = &args.out {
        print(&format!("Written to {}.", out.display()));
    }
    Ok(ExitCode::SUCCESS)
}

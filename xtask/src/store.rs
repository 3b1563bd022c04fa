//! `cargo xtask store`: what is kept.

use std::collections::BTreeMap;
use std::process::ExitCode;

use hntf_run::store::{Kind, Listed, Store};
use indicatif::HumanBytes;

use crate::args::{StoreAction, StoreArgs};
use crate::error::CliError;
use crate::places;
use crate::progress::print;

pub(crate) fn store(action: &StoreAction) -> Result<ExitCode, CliError> {
    match action {
        StoreAction::Size(args) => size(args)?,
        StoreAction::List(args) => list(args)?,
        StoreAction::Clear(args) => clear(args)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The store that is meant; none is made where none is.
fn open(args: &StoreArgs) -> Result<Store, CliError> {
    let path = args.store.clone().unwrap_or_else(|| {
        // That of the experiments run here, if there is one.
        let own = places::users_store();
        if own.exists() { own } else { places::store() }
    });
    if !path.exists() {
        return Err(CliError::NoStore { path });
    }
    Ok(Store::open(&path)?)
}

fn entries(store: &Store) -> Result<Vec<Listed>, CliError> {
    store.entries().map_err(refuse(store))
}

fn refuse(store: &Store) -> impl FnOnce(std::io::Error) -> CliError {
    let path = store.root().to_path_buf();
    move |source| CliError::Folder { path, source }
}

fn size(args: &StoreArgs) -> Result<(), CliError> {
    let store = open(args)?;
    let entries = entries(&store)?;
    let bytes = entries.iter().map(|e| e.bytes).sum();
    let mut kinds: BTreeMap<(bool, Option<Kind>), usize> = BTreeMap::new();
    for entry in &entries {
        let kind = entry.about.as_ref().map(|(kind, _)| *kind);
        *kinds.entry((kind.is_none(), kind)).or_default() += 1;
    }
    let words = |((_, kind), count): (&(bool, Option<Kind>), &usize)| match kind {
        Some(kind) => kind.words(*count),
        None => format!("{count} that cannot be read"),
    };
    let counts: Vec<String> = kinds.iter().map(words).collect();
    let counts = match counts.is_empty() {
        true => "empty".to_owned(),
        false => counts.join(", "),
    };
    let root = store.root().display();
    print(&format!("{root}: {} ({counts})", HumanBytes(bytes)));
    Ok(())
}

fn list(args: &StoreArgs) -> Result<(), CliError> {
    let store = open(args)?;
    for entry in entries(&store)? {
        let what = match &entry.about {
            None => "cannot be read; the next run fits it again".to_owned(),
            Some((kind, about)) => {
                let ranks: Vec<String> = about.ranks.iter().map(ToString::to_string).collect();
                let shape: Vec<String> = about.shape.iter().map(ToString::to_string).collect();
                format!(
                    "{}, {}, ranks {}, seed {}, of {} data {}",
                    kind.words(1).trim_start_matches("1 "),
                    about.model,
                    ranks.join("-"),
                    about.seed,
                    shape.join("×"),
                    about.data.get(..8).unwrap_or_default(),
                )
            }
        };
        let key = entry.key.get(..12).unwrap_or(&entry.key);
        print(&format!(
            "{key}  {:>10}  {what}",
            HumanBytes(entry.bytes).to_string()
        ));
    }
    Ok(())
}

fn clear(args: &StoreArgs) -> Result<(), CliError> {
    let store = open(args)?;
    let removed = store.clear().map_err(refuse(&store))?;
    let entries = if removed == 1 { "entry" } else { "entries" };
    print(&format!(
        "{}: {removed} {entries} removed",
        store.root().display()
    ));
    Ok(())
}

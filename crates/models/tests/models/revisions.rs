//! Whether the revisions that kept fits go by still belong to the numbers the models give.

use std::collections::BTreeMap;
use std::fmt::Write;

use hntf_models::Hierarchy;
use hntf_solvers::REVISION;
use hntf_tensor::{Matrix, Scratch, Tensor, relative_error};
use serde::{Deserialize, Serialize};

use crate::zoo::{Specimen, specimens};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/revisions.json");
const COMMAND: &str = "cargo test -p hntf-models --test models -- --ignored write_the_revisions";

/// The numbers of one revision.
#[derive(Serialize, Deserialize)]
struct Record {
    solvers: u32,
    models: BTreeMap<String, ModelRecord>,
}

#[derive(Default, Serialize, Deserialize)]
struct ModelRecord {
    revision: u32,
    /// By settings and data, the numbers of every layer.
    fits: BTreeMap<String, Vec<Vec<f64>>>,
}

impl Record {
    fn committed() -> Self {
        serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap()
    }

    fn fresh() -> Self {
        let mut models = BTreeMap::<String, ModelRecord>::new();
        for s in specimens() {
            let model = models.entry(s.id.to_owned()).or_default();
            model.revision = s.revision;
            let numbers = numbers(&s, &s.fit());
            assert!(model.fits.insert(s.name, numbers).is_none());
        }
        Self {
            solvers: REVISION,
            models,
        }
    }
}

/// Of every layer the error and weighted sums of topics, relation to the next layer and classifier.
/// All weights are above 0, so that nothing cancels.
fn numbers(specimen: &Specimen, hierarchy: &Hierarchy) -> Vec<Vec<f64>> {
    let weigh = |m: &Matrix| -> f64 {
        let entries = m.as_slice().iter().enumerate();
        entries
            .map(|(at, x)| x * (1.0 + (at % 7) as f64 / 7.0))
            .sum()
    };
    let layers = hierarchy.layers.iter().enumerate();
    let of_layer = layers.map(|(l, layer)| {
        let data: &dyn Tensor = &*specimen.data;
        let error = relative_error(data, &layer.approximation, &mut Scratch::new());
        let relations = hierarchy.relations_between(l, l + 1).map(|r| &r.weights);
        let matrices = layer.topics.iter().chain(relations);
        let matrices = matrices.chain(&layer.classifier);
        std::iter::once(error).chain(matrices.map(weigh)).collect()
    });
    of_layer.collect()
}

/// How far another processor's sums, which add in another order, may lead. Training by gradients
/// amplifies differences of rounding with every step, far more than updates that converge do.
fn tolerance(id: &str) -> f64 {
    if id.contains("neural") { 1e-4 } else { 1e-6 }
}

/// What moved of the fits that both records have, model by model.
fn moved(id: &str, old: &ModelRecord, new: &ModelRecord) -> String {
    let mut lines = String::new();
    for (name, old) in &old.fits {
        let Some(new) = new.fits.get(name) else {
            continue;
        };
        let values = |layers: &[Vec<f64>]| layers.concat();
        let same_shape =
            old.len() == new.len() && old.iter().zip(new).all(|(a, b)| a.len() == b.len());
        let pairs = values(old).into_iter().zip(values(new));
        let near = |a: f64, b: f64| (a - b).abs() <= tolerance(id) * a.abs().max(1e-3);
        let first = pairs.into_iter().find(|(a, b)| !near(*a, *b));
        if !same_shape || first.is_some() {
            writeln!(lines, "  {name}: {first:?} (committed, now)").unwrap();
        }
    }
    lines
}

#[test]
fn no_fit_moves_without_a_new_revision() {
    let (old, new) = (Record::committed(), Record::fresh());
    let names = |r: &Record| -> Vec<_> {
        let models = r.models.iter();
        let fits = models.map(|(id, m)| (id.clone(), m.fits.keys().cloned().collect::<Vec<_>>()));
        fits.collect()
    };
    assert_eq!(
        names(&old),
        names(&new),
        "the specimens have changed: run {COMMAND}"
    );
    assert_eq!(
        old.solvers, new.solvers,
        "the solvers have a new revision: run {COMMAND}"
    );
    for (id, new) in &new.models {
        let old = &old.models[id];
        assert_eq!(
            old.revision, new.revision,
            "{id} has a new revision: run {COMMAND}"
        );
        let moved = moved(id, old, new);
        assert!(
            moved.is_empty(),
            "fits of {id} have moved:\n{moved}If that is meant, raise `revision` in its ABOUT (or \
             hntf_solvers::REVISION, if it comes from there), so that kept fits are not used again, and \
             run {COMMAND}"
        );
    }
}

/// Writes the fixture. Refused where fits have moved without a new revision.
#[test]
#[ignore = "writes the fixture"]
fn write_the_revisions() {
    let new = Record::fresh();
    if std::path::Path::new(FILE).exists() {
        let old = Record::committed();
        for (id, new_model) in &new.models {
            let Some(old_model) = old.models.get(id) else {
                continue;
            };
            let raised = new.solvers > old.solvers || new_model.revision > old_model.revision;
            let moved = moved(id, old_model, new_model);
            assert!(
                raised || moved.is_empty(),
                "fits of {id} have moved, but neither its revision nor that of the solvers has been \
                 raised:\n{moved}"
            );
        }
    }
    let text = serde_json::to_string_pretty(&new).unwrap();
    std::fs::write(FILE, text + "\n").unwrap();
}

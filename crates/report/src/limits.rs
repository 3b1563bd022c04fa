//! Fits that ran into their limit of iterations before their stopping rule was met.

use hntf_models::FirstLayer;
use hntf_solvers::{Criterion, StopReason, Stopping};
use serde::Deserialize;
use toml::Table;

use crate::rows::{Row, rows};
use hntf_experiment::{Experiment, Method, Origin};
use hntf_run::{FitSummary, Fits};

/// One line that counts them, method by method; `None` if there are none.
///
/// A published protocol stops where it stops, so of an experiment with published numbers only the
/// rows beyond them count, and of others all.
pub(super) fn stopped_at_limits(fits: &Fits<'_>) -> Option<String> {
    let experiment = fits.prepared.experiment;
    let counted = experiment.methods.iter().filter_map(|method| {
        if is_protocol(experiment, method) {
            return None;
        }
        let fits = fits.summaries.iter().filter(|f| f.method == method.id);
        let all = fits.clone().count();
        let limited = fits.filter(|fit| is_limited(method, fit)).count();
        let label = &method.label;
        (limited > 0).then(|| format!("{label} {limited} of {all}"))
    });
    let counted: Vec<String> = counted.collect();
    (!counted.is_empty()).then(|| {
        format!(
            "Fits that stopped at their limit of iterations before they had settled: {}; a larger `max-iterations` may change their numbers.",
            counted.join(", ")
        )
    })
}

/// Whether a method is fitted as a publication did it.
fn is_protocol(experiment: &Experiment, method: &Method) -> bool {
    let has_numbers = |row: &Row<'_>| !row.published.values.is_empty();
    method.origin == Origin::Paper && rows(experiment).iter().any(has_numbers)
}

/// Whether a layer with a rule that could have stopped it was stopped by the limit.
fn is_limited(method: &Method, fit: &FitSummary) -> bool {
    let layers = fit.reasons.iter().zip(&fit.iterations).enumerate();
    layers.into_iter().any(|(layer, (reason, iterations))| {
        *reason == StopReason::IterationLimit
            && *iterations > 0
            && rule_of(method, layer).is_some_and(|rule| waits(&rule))
    })
}

/// Whether anything but the limit can stop it.
fn waits(rule: &Stopping) -> bool {
    rule.criterion != Criterion::Never && rule.tolerance > 0.0
}

/// The stopping rule of a layer; `None` where it has a fixed number of iterations.
///
/// A `stopping` of the model's own is that of all layers that are trained together; otherwise the
/// first layer has its solver's, and the layers above that of the solver they are fitted with,
/// unless the model counts iterations or epochs.
fn rule_of(method: &Method, layer: usize) -> Option<Stopping> {
    let parameters = &method.model.parameters;
    let joint = stopping(parameters);
    if joint.is_some() {
        return joint;
    }
    if layer == 0 {
        return match method.model.value.first_layer() {
            FirstLayer::Ncpd(ncpd) => Some(ncpd.stopping),
            FirstLayer::Ssnmf(ssnmf) => Some(ssnmf.stopping),
            FirstLayer::Joint => None,
        };
    }
    if ["iterations", "epochs"]
        .iter()
        .any(|key| parameters.contains_key(*key))
    {
        return None;
    }
    let solvers = ["ssnmf", "nmf", "ncpd"].iter();
    let mut solvers = solvers.filter_map(|key| parameters.get(*key)?.as_table());
    solvers.next().and_then(stopping)
}

fn stopping(parameters: &Table) -> Option<Stopping> {
    let rule = parameters.get("stopping")?.clone();
    Stopping::deserialize(rule).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn method(model: &str) -> Method {
        let text = format!(
            "ranks = [3, 2]\ndataset = {{ kind = \"synthetic-blocks\" }}\n[[method]]\nid = \"m\"\nmodel = {model}\n"
        );
        let mut experiment = Experiment::parse("tiny.toml".as_ref(), &text).unwrap();
        experiment.methods.remove(0)
    }

    fn limited(model: &str, reasons: [StopReason; 2]) -> bool {
        let fit = FitSummary {
            method: "m".to_owned(),
            trial: 0,
            seconds: 0.0,
            reasons: reasons.to_vec(),
            iterations: vec![7, 7],
            failed: false,
            key: String::new(),
        };
        is_limited(&method(model), &fit)
    }

    #[test]
    fn a_layer_counts_if_its_rule_could_have_stopped_it() {
        let (first, second) = (
            [StopReason::IterationLimit, StopReason::Converged],
            [StopReason::Converged, StopReason::IterationLimit],
        );
        for (model, of_first, of_second) in [
            // The shared weights have a number of iterations, and no rule.
            ("{ kind = \"multi-hntf\" }", true, false),
            (
                "{ kind = \"multi-hntf\", first-layer.stopping.tolerance = 0.0 }",
                false,
                false,
            ),
            (
                "{ kind = \"multi-hntf\", first-layer.stopping.criterion = \"never\" }",
                false,
                false,
            ),
            ("{ kind = \"neural-hncpd\" }", true, false),
            ("{ kind = \"neural-multi-hntf\" }", true, true),
            (
                "{ kind = \"neural-multi-hntf\", stopping.tolerance = 0.0 }",
                false,
                false,
            ),
            ("{ kind = \"hntf\" }", true, true),
            ("{ kind = \"ncpd\" }", true, true),
            ("{ kind = \"standard-hncpd\" }", true, true),
            ("{ kind = \"hnmf\" }", true, true),
            ("{ kind = \"supervised-hnmf\" }", true, true),
            ("{ kind = \"supervised-multi-hntf\" }", true, false),
        ] {
            assert_eq!(limited(model, first), of_first, "{model}");
            assert_eq!(limited(model, second), of_second, "{model}");
            assert!(!limited(model, [StopReason::Converged; 2]));
        }
    }
}

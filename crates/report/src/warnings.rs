//! What a reader has to know of single fits: that they ran into their limit of iterations before their
//! stopping rule was met, or that they are worse than none.

use hntf_solvers::{Criterion, StopReason, Stopping};

use hntf_experiment::metrics::TRAINING_ERROR;
use hntf_experiment::{Experiment, Method, Origin};
use hntf_run::{FitSummary, Fits};
use itertools::Itertools;

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
        (limited > 0).then(|| format!("{label} ({limited} of {all} fits)"))
    });
    let counted: Vec<String> = counted.collect();
    (!counted.is_empty()).then(|| {
        format!(
            "Fits that stopped at their limit of iterations before they had settled: {}; a larger `max-iterations` may change their numbers.",
            counted.join(", ")
        )
    })
}

/// A training error above this is no rounding.
const ZERO_MODEL: f64 = 1.0 + 1e-9;

/// One line that counts the fits with a training error above 1, which a model of zeros has; `None` if there
/// are none.
pub(super) fn worse_than_zero(fits: &Fits<'_>) -> Option<String> {
    let methods = fits.prepared.experiment.methods.iter();
    let counted = methods.filter_map(|method| {
        let cells = fits.record.cells().iter();
        let worse = cells.filter(|c| c.method == method.id && c.metric == TRAINING_ERROR);
        let worse = worse.filter(|c| c.value > ZERO_MODEL).map(|c| c.trial);
        let (worse, all) = (worse.dedup().count(), fits.trials(&method.id));
        (worse > 0).then(|| format!("{} ({worse} of {all} fits)", method.label))
    });
    let counted: Vec<String> = counted.collect();
    (!counted.is_empty()).then(|| {
        format!(
            "Worse than a model of zeros at some layer, with a training error above 1: {}.",
            counted.join(", ")
        )
    })
}

/// Whether a method is fitted as a publication did it.
fn is_protocol(experiment: &Experiment, method: &Method) -> bool {
    let methods = experiment.methods.iter().map(|m| &m.published);
    let mut published = methods.chain(experiment.views.iter().map(|v| &v.published));
    method.origin == Origin::Paper && published.any(|p| !p.values.is_empty())
}

/// Whether a layer with a rule that could have stopped it was stopped by the limit.
fn is_limited(method: &Method, fit: &FitSummary) -> bool {
    let layers = fit.reasons.iter().zip(&fit.iterations).enumerate();
    layers.into_iter().any(|(layer, (reason, iterations))| {
        let rule = method.model.value.stopping_rule(layer);
        *reason == StopReason::IterationLimit
            && *iterations > 0
            && rule.is_some_and(|rule| waits(&rule))
    })
}

/// Whether anything but the limit can stop it.
fn waits(rule: &Stopping) -> bool {
    rule.criterion != Criterion::Never && rule.tolerance > 0.0
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

//! How the fits of several methods go: what each watches, by iteration.

use hntf_experiment::figures::{Convergence, Values};
use hntf_figures::{Curve, Curves};
use hntf_models::Hierarchy;
use hntf_run::Fits;

use super::drawn::Drawn;

pub(super) fn draw(figure: &Convergence, fits: &Fits<'_>) -> Drawn {
    let experiment = fits.prepared.experiment;
    let last = experiment.ranks.len() - 1;
    let layers = figure.layers.clone().unwrap_or_else(|| vec![last]);
    let mut curves = Vec::new();
    for (index, method) in experiment.methods.iter().enumerate() {
        let wanted = figure.methods.as_ref();
        if wanted.is_some_and(|ids| !ids.contains(&method.id)) {
            continue;
        }
        let Some(trial) = fits.best_trial(&method.id) else {
            continue;
        };
        let hierarchy = fits.hierarchy(index, trial)?;
        for (trace, ranks) in traces(&hierarchy, &layers) {
            let mut label = match (layers.len(), trace.is_empty()) {
                (_, true) => format!("{} (no trace kept)", method.label),
                (1, false) => method.label.clone(),
                (_, false) => format!("{}, r = {ranks}", method.label),
            };
            if fits.trials(&method.id) > 1 {
                label.push_str(&format!(", trial {trial}"));
            }
            let points = match figure.values {
                Values::Watched => plain(trace),
                Values::Excess => excess(trace),
            };
            curves.push(Curve { label, points });
        }
    }
    let of = match layers[..] {
        [layer] => format!(
            "how the fits of the layer of rank {} went",
            experiment.ranks[layer]
        ),
        _ => "how the fits went".to_owned(),
    };
    let y_label = match figure.values {
        Values::Excess => "best watched error so far / smallest − 1",
        Values::Watched => "watched error",
    };
    Ok(Some(Box::new(Curves {
        title: experiment.title.clone(),
        subtitle: of,
        x_label: "iteration (one costs more in some methods than in others)".to_owned(),
        y_label: y_label.to_owned(),
        log_x: true,
        log_y: true,
        curves,
    })))
}

/// The smallest excess that is drawn.
const FLOOR: f64 = 1e-6;

type Trace = [(usize, f64)];

/// The different traces of some layers, each with the ranks it is of. Layers without a trace count
/// as one.
fn traces<'a>(hierarchy: &'a Hierarchy, layers: &[usize]) -> Vec<(&'a Trace, String)> {
    let mut found: Vec<(&Trace, String)> = Vec::new();
    for layer in layers.iter().filter_map(|l| hierarchy.layers.get(*l)) {
        let trace = &layer.outcome.trace[..];
        match found.iter_mut().find(|(other, _)| same(other, trace)) {
            Some((_, ranks)) => ranks.push_str(&format!(", {}", layer.rank)),
            None => found.push((trace, layer.rank.to_string())),
        }
    }
    found
}

/// Bits are compared, so that a trace that ends with a NaN is the same as itself.
fn same(a: &Trace, b: &Trace) -> bool {
    let equal =
        |((i, x), (j, y)): (&(usize, f64), &(usize, f64))| i == j && x.to_bits() == y.to_bits();
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

fn plain(trace: &Trace) -> Vec<(f64, f64)> {
    trace.iter().map(|(i, e)| (*i as f64, *e)).collect()
}

/// How far above its smallest value the best of a trace so far is, in units of that value; of the first
/// one where the smallest is 0. It ends before the first point below [`FLOOR`].
fn excess(trace: &Trace) -> Vec<(f64, f64)> {
    let finite = || trace.iter().filter(|(_, e)| e.is_finite());
    let smallest = finite().fold(f64::INFINITY, |least, (_, e)| least.min(*e));
    let unit = if smallest > 0.0 {
        smallest
    } else {
        finite().next().map_or(1.0, |(_, e)| *e)
    };
    let mut best = f64::INFINITY;
    let points = finite().map(|(i, e)| {
        best = best.min(*e);
        (*i as f64, (best - smallest) / unit)
    });
    points.take_while(|(_, excess)| *excess >= FLOOR).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_excess_is_of_the_best_so_far_whatever_the_scale_of_what_is_watched() {
        let trace = [
            (0, 5.0),
            (10, 2.5),
            (20, 3.0),
            (30, 2.25),
            (40, 2.0),
            (50, 2.5),
        ];
        let expected = [(0.0, 1.5), (10.0, 0.25), (20.0, 0.25), (30.0, 0.125)];
        assert_eq!(excess(&trace), expected);
        let scaled = trace.map(|(i, e)| (i, 1024.0 * e));
        assert_eq!(excess(&scaled), expected);
    }

    #[test]
    fn a_curve_ends_where_it_is_below_the_floor() {
        let above = |excess: f64| 2.0 * (1.0 + excess);
        let trace = [
            (1, above(1e-3)),
            (2, above(2e-6)),
            (3, above(5e-7)),
            (4, 2.0),
        ];
        let found = excess(&trace);
        assert_eq!(
            found.iter().map(|(i, _)| *i).collect::<Vec<_>>(),
            [1.0, 2.0]
        );
        assert!(found.iter().all(|(_, excess)| *excess >= FLOOR));
        assert_eq!(excess(&[(1, 2.0), (2, 2.0)]), [], "nothing was gained");
    }

    #[test]
    fn a_trace_down_to_zero_or_without_numbers_is_drawn_all_the_same() {
        assert_eq!(
            excess(&[(1, 4.0), (2, 1.0), (3, 0.0)]),
            [(1.0, 1.0), (2.0, 0.25)]
        );
        assert_eq!(excess(&[]), []);
        assert_eq!(excess(&[(1, f64::NAN)]), []);
        let broken = [(1, 3.0), (2, f64::INFINITY), (3, 2.0), (4, f64::NAN)];
        assert_eq!(
            excess(&broken),
            [(1.0, 0.5)],
            "what is no number is no best"
        );
    }

    #[test]
    fn a_trace_is_the_same_as_itself_even_with_a_nan() {
        let trace = [(1, 2.0), (2, f64::NAN)];
        assert!(same(&trace, &trace));
        assert!(!same(&trace, &trace[..1]));
        assert!(!same(&trace, &[(1, 2.0), (3, f64::NAN)]));
    }
}

//! A hierarchy as named arrays and a description of them: how fits are kept and exported.
//!
//! | array | shape |
//! |---|---|
//! | `layer-L-mode-M` | n_M × r_L, the topics |
//! | `approximation-L-mode-M` | n_M × terms, where the approximation's factors are not the topics |
//! | `relation-FROM-TO`, `relation-FROM-TO-mode-M` | r_FROM × r_TO |
//! | `classifier-L` | classes × r_L |
//! | `trace-L` | checks × 2: iteration and what the stopping rule watches |
//!
//! Layers and modes are counted from 0.

use std::collections::BTreeMap;

use hntf_models::{FirstLayerFit, Hierarchy, Layer, Relation};
use hntf_solvers::{CpFit, Outcome, StopReason};
use hntf_tensor::{CpTensor, Matrix};
use serde::{Deserialize, Serialize};

/// Values in C order and their shape, under a name.
pub type Named = (String, Array);

/// Values in C order and their shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Rows and columns.
    pub shape: [usize; 2],
    /// Row by row.
    pub values: Vec<f64>,
}

/// What the arrays of a hierarchy are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Layout {
    /// Layers, the finest first.
    pub layers: Vec<LayerLayout>,
    /// Relations between their topics.
    #[serde(default)]
    pub relations: Vec<RelationLayout>,
}

/// What the arrays of a layer are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LayerLayout {
    /// Number of topics.
    pub rank: usize,
    /// How many numbers determine the approximation.
    pub parameters: usize,
    /// How its iteration ended.
    pub reason: StopReason,
    /// After how many iterations.
    pub iterations: usize,
    /// The topics, mode by mode.
    pub topics: Vec<String>,
    /// The factors of the approximation, mode by mode: often the topics.
    pub approximation: Vec<String>,
    /// B, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classifier: Option<String>,
    /// What its stopping rule watched.
    pub trace: String,
}

/// What the array of a relation is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RelationLayout {
    /// The finer layer.
    pub from: usize,
    /// The coarser layer.
    pub to: usize,
    /// The mode; none if all modes share it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<usize>,
    /// The weights.
    pub weights: String,
}

/// The arrays of a hierarchy, each once, and what they are.
pub fn pack(hierarchy: &Hierarchy) -> (Layout, Vec<Named>) {
    let mut arrays = Arrays::default();
    let layers = hierarchy.layers.iter().enumerate();
    let layers = layers.map(|(l, layer)| arrays.layer(l, layer)).collect();
    let relations = hierarchy.relations.iter().map(|relation| {
        let Relation { from, to, mode, .. } = *relation;
        let of_mode = mode.map(|mode| format!("-mode-{mode}")).unwrap_or_default();
        RelationLayout {
            from,
            to,
            mode,
            weights: arrays.add(format!("relation-{from}-{to}{of_mode}"), &relation.weights),
        }
    });
    let relations = relations.collect();
    (Layout { layers, relations }, arrays.0)
}

#[derive(Default)]
struct Arrays(Vec<Named>);

impl Arrays {
    fn add(&mut self, name: String, matrix: &Matrix) -> String {
        let array = Array {
            shape: [matrix.rows(), matrix.cols()],
            values: matrix.as_slice().to_vec(),
        };
        self.0.push((name.clone(), array));
        name
    }

    fn layer(&mut self, l: usize, layer: &Layer) -> LayerLayout {
        let topics: Vec<String> = (layer.topics.iter().enumerate())
            .map(|(m, topics)| self.add(format!("layer-{l}-mode-{m}"), topics))
            .collect();
        let factors = layer.approximation.factors();
        let approximation = if same(factors, &layer.topics) {
            topics.clone()
        } else {
            let factors = factors.iter().enumerate();
            factors
                .map(|(m, factor)| self.add(format!("approximation-{l}-mode-{m}"), factor))
                .collect()
        };
        let classifier = layer.classifier.as_ref();
        let classifier = classifier.map(|b| self.add(format!("classifier-{l}"), b));
        let trace = &layer.outcome.trace;
        let values: Vec<f64> = (trace.iter())
            .flat_map(|(iteration, error)| [*iteration as f64, *error])
            .collect();
        let trace = Matrix::from_vec(trace.len(), 2, values);
        LayerLayout {
            rank: layer.rank,
            parameters: layer.parameters,
            reason: layer.outcome.reason,
            iterations: layer.outcome.iterations,
            topics,
            approximation,
            classifier,
            trace: self.trace(l, &trace),
        }
    }

    /// Layers that are trained together have one trace.
    fn trace(&mut self, l: usize, trace: &Matrix) -> String {
        let known = (0..l).map(|l| format!("trace-{l}")).find(|name| {
            let array = self.0.iter().find(|(n, _)| n == name).map(|(_, a)| a);
            array.is_some_and(|a| bits(&a.values).eq(bits(trace.as_slice())))
        });
        known.unwrap_or_else(|| self.add(format!("trace-{l}"), trace))
    }
}

fn bits(values: &[f64]) -> impl Iterator<Item = u64> {
    values.iter().map(|x| x.to_bits())
}

fn same(a: &[Matrix], b: &[Matrix]) -> bool {
    let equal = |(a, b): (&Matrix, &Matrix)| {
        (a.rows(), a.cols()) == (b.rows(), b.cols()) && bits(a.as_slice()).eq(bits(b.as_slice()))
    };
    a.len() == b.len() && a.iter().zip(b).all(equal)
}

/// The hierarchy that was packed.
///
/// # Errors
/// An array that is missing or of a shape that does not belong; in words.
pub fn unpack(layout: &Layout, arrays: &BTreeMap<String, Array>) -> Result<Hierarchy, String> {
    let layers = layout
        .layers
        .iter()
        .map(|layer| unpack_layer(layer, arrays));
    let layers = layers.collect::<Result<Vec<_>, _>>()?;
    let relations = layout.relations.iter().map(|relation| {
        let [from, to] = [relation.from, relation.to].map(|l| layout.layers.get(l));
        let (Some(from), Some(to)) = (from, to) else {
            return Err(format!("{} is of a layer there is not", relation.weights));
        };
        Ok(Relation {
            from: relation.from,
            to: relation.to,
            mode: relation.mode,
            weights: matrix(arrays, &relation.weights, Some(from.rank), Some(to.rank))?,
        })
    });
    let relations = relations.collect::<Result<Vec<_>, _>>()?;
    Ok(Hierarchy { layers, relations })
}

fn unpack_layer(layer: &LayerLayout, arrays: &BTreeMap<String, Array>) -> Result<Layer, String> {
    let of = |names: &[String], cols: Option<usize>| -> Result<Vec<Matrix>, String> {
        let matrices = names.iter().map(|name| matrix(arrays, name, None, cols));
        matrices.collect()
    };
    let topics = of(&layer.topics, Some(layer.rank))?;
    let factors = of(&layer.approximation, None)?;
    if factors.len() != topics.len() {
        return Err("topics and approximation are of other orders".to_owned());
    }
    let trace = matrix(arrays, &layer.trace, None, Some(2))?;
    let trace = trace.iter_rows().map(|row| (row[0] as usize, row[1]));
    let classifier = layer.classifier.as_ref();
    Ok(Layer {
        rank: layer.rank,
        approximation: CpTensor::new(factors).map_err(|e| e.to_string())?,
        topics,
        parameters: layer.parameters,
        classifier: classifier
            .map(|name| matrix(arrays, name, None, Some(layer.rank)))
            .transpose()?,
        outcome: Outcome {
            reason: layer.reason,
            iterations: layer.iterations,
            trace: trace.collect(),
        },
    })
}

fn matrix(
    arrays: &BTreeMap<String, Array>,
    name: &str,
    rows: Option<usize>,
    cols: Option<usize>,
) -> Result<Matrix, String> {
    let array = arrays.get(name);
    let Array { shape, values } = array.ok_or_else(|| format!("there is no array {name}"))?;
    let wrong = |expected: Option<usize>, found: usize| expected.is_some_and(|n| n != found);
    if wrong(rows, shape[0]) || wrong(cols, shape[1]) || shape[0] * shape[1] != values.len() {
        return Err(format!("{name} is {} × {}", shape[0], shape[1]));
    }
    Ok(Matrix::from_vec(shape[0], shape[1], values.clone()))
}

/// A first layer as a hierarchy of one layer; its error is kept apart.
pub(crate) fn first_layer(fit: &FirstLayerFit) -> Hierarchy {
    let topics = fit.fit.model.factors().to_vec();
    let layer = Layer {
        rank: fit.fit.model.rank(),
        parameters: topics.iter().map(|f| f.as_slice().len()).sum(),
        topics,
        approximation: fit.fit.model.clone(),
        classifier: fit.classifier.clone(),
        outcome: fit.fit.outcome.clone(),
    };
    Hierarchy {
        layers: vec![layer],
        relations: Vec::new(),
    }
}

/// The first layer that [`first_layer`] made a hierarchy of.
pub(crate) fn to_first_layer(hierarchy: Hierarchy, error: f64) -> Option<FirstLayerFit> {
    let layer = hierarchy.layers.into_iter().next()?;
    Some(FirstLayerFit {
        fit: CpFit {
            model: layer.approximation,
            error,
            outcome: layer.outcome,
        },
        classifier: layer.classifier,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_models::{Fit, Model, MultiHntf, StandardHncpd};
    use hntf_solvers::Silent;
    use hntf_tensor::DenseTensor;

    fn hierarchies() -> Vec<Hierarchy> {
        let values = (0..60).map(|i| f64::from(i * 7919 % 101)).collect();
        let data = DenseTensor::new(vec![5, 4, 3], values).unwrap();
        let fit = Fit::new(&data, &[3, 2], 1);
        vec![
            MultiHntf::default().fit(&fit, &mut Silent).unwrap(),
            StandardHncpd::default().fit(&fit, &mut Silent).unwrap(),
        ]
    }

    #[test]
    fn a_hierarchy_comes_back_to_the_bit_and_no_array_twice() {
        for hierarchy in hierarchies() {
            let (layout, arrays) = pack(&hierarchy);
            let arrays: BTreeMap<_, _> = arrays.into_iter().collect();
            let text = serde_json::to_string(&layout).unwrap();
            let layout: Layout = serde_json::from_str(&text).unwrap();
            let back = unpack(&layout, &arrays).unwrap();
            // Debug shows every digit that tells values apart.
            assert_eq!(format!("{back:?}"), format!("{hierarchy:?}"));
        }
    }

    #[test]
    fn arrays_that_are_missing_or_of_another_shape_are_named() {
        let (layout, arrays) = pack(&hierarchies()[0]);
        let arrays: BTreeMap<_, _> = arrays.into_iter().collect();
        for name in arrays.keys() {
            let mut fewer = arrays.clone();
            fewer.remove(name);
            assert!(unpack(&layout, &fewer).unwrap_err().contains(name.as_str()));
        }
        let mut wrong = arrays.clone();
        wrong.get_mut("relation-0-1").unwrap().shape = [2, 3];
        let said = unpack(&layout, &wrong).unwrap_err();
        assert_eq!(said, "relation-0-1 is 2 × 3");
    }
}

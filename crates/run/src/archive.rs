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

/// The arrays of a hierarchy, each under its name, and what they are.
pub fn pack(hierarchy: &Hierarchy) -> (Layout, Vec<Named>) {
    Packing::default().pack(hierarchy)
}

/// The same without what follows from the rest, for a store: arrays that are those of the first layer
/// `first`, to be found under [`FIRST`], and products of others, which are noted as such. Nothing is
/// left out that would not come back to the bit (on a processor that rounds as this one).
pub(crate) fn pack_compactly(
    hierarchy: &Hierarchy,
    first: Option<&Hierarchy>,
) -> (Layout, Vec<Named>) {
    let packing = Packing {
        compactly: true,
        first: first.map(|first| pack(first).1).unwrap_or_default(),
        ..Packing::default()
    };
    packing.pack(hierarchy)
}

/// Where the arrays of a shared first layer stand.
pub(crate) const FIRST: &str = "first-layer/";
/// Between the names of two arrays that are multiplied.
const TIMES: &str = " × ";
/// Behind the name of an array that is transposed.
const TRANSPOSED: char = 'ᵀ';

#[derive(Default)]
struct Packing {
    compactly: bool,
    first: Vec<Named>,
    arrays: Vec<Named>,
}

impl Packing {
    fn pack(mut self, hierarchy: &Hierarchy) -> (Layout, Vec<Named>) {
        let layers = hierarchy.layers.iter().enumerate();
        let layers = layers.map(|(l, layer)| self.layer(hierarchy, l, layer));
        let layers = layers.collect();
        let relations = hierarchy.relations.iter().map(|relation| RelationLayout {
            from: relation.from,
            to: relation.to,
            mode: relation.mode,
            weights: self.add(name_of(relation), &relation.weights),
        });
        let relations = relations.collect();
        (Layout { layers, relations }, self.arrays)
    }

    fn add(&mut self, name: String, matrix: &Matrix) -> String {
        let same = |(n, array): &&Named| *n == name && same_bits(&array.values, matrix.as_slice());
        if self.first.iter().any(|named| same(&named)) {
            return format!("{FIRST}{name}");
        }
        let array = Array {
            shape: [matrix.rows(), matrix.cols()],
            values: matrix.as_slice().to_vec(),
        };
        self.arrays.push((name.clone(), array));
        name
    }

    fn layer(&mut self, hierarchy: &Hierarchy, l: usize, layer: &Layer) -> LayerLayout {
        let topics = layer.topics.iter().enumerate().map(|(m, topics)| {
            let product = self.compactly.then(|| product_of_finer(hierarchy, l, m));
            let product = product.flatten();
            product.unwrap_or_else(|| self.add(format!("layer-{l}-mode-{m}"), topics))
        });
        let topics: Vec<String> = topics.collect();
        let factors = layer.approximation.factors();
        let approximation = if same(factors, &layer.topics) {
            topics.clone()
        } else {
            let factors = factors.iter().enumerate().map(|(m, factor)| {
                let product = self.compactly.then(|| product_of_topics(hierarchy, l, m));
                let product = product.flatten();
                product.unwrap_or_else(|| self.add(format!("approximation-{l}-mode-{m}"), factor))
            });
            factors.collect()
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
            let array = self.arrays.iter().find(|(n, _)| n == name).map(|(_, a)| a);
            array.is_some_and(|a| same_bits(&a.values, trace.as_slice()))
        });
        known.unwrap_or_else(|| self.add(format!("trace-{l}"), trace))
    }
}

fn name_of(relation: &Relation) -> String {
    let of_mode = relation.mode.map(|mode| format!("-mode-{mode}"));
    let of_mode = of_mode.unwrap_or_default();
    format!("relation-{}-{}{of_mode}", relation.from, relation.to)
}

/// The topics of a layer in a mode as those of a finer one times a relation, where that is what they
/// are.
fn product_of_finer(hierarchy: &Hierarchy, l: usize, mode: usize) -> Option<String> {
    let of_mode = |r: &&Relation| r.to == l && r.mode.is_none_or(|m| m == mode);
    let mut relations = hierarchy.relations.iter().filter(of_mode);
    let relation = relations.find(|r| {
        let finer = &hierarchy.layers[r.from].topics[mode];
        finer.cols() == r.weights.rows()
            && same_matrix(&finer.times(&r.weights), &hierarchy.layers[l].topics[mode])
    })?;
    let finer = format!("layer-{}-mode-{mode}", relation.from);
    Some(format!("{finer}{TIMES}{}", name_of(relation)))
}

/// A factor of the approximation as topics times the coefficients of the first layer's terms in them,
/// where that is what it is.
fn product_of_topics(hierarchy: &Hierarchy, l: usize, mode: usize) -> Option<String> {
    let mut relations = hierarchy.relations_between(0, l);
    let relation = relations.find(|r| r.mode == Some(mode))?;
    let layer = &hierarchy.layers[l];
    let (topics, factor) = (&layer.topics[mode], &layer.approximation.factors()[mode]);
    let product = topics.times(&relation.weights.transposed());
    let name = name_of(relation);
    same_matrix(&product, factor).then(|| format!("layer-{l}-mode-{mode}{TIMES}{name}{TRANSPOSED}"))
}

fn same_bits(a: &[f64], b: &[f64]) -> bool {
    let bits = |values: &[f64]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    a.len() == b.len() && bits(a) == bits(b)
}

fn same_matrix(a: &Matrix, b: &Matrix) -> bool {
    (a.rows(), a.cols()) == (b.rows(), b.cols()) && same_bits(a.as_slice(), b.as_slice())
}

fn same(a: &[Matrix], b: &[Matrix]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_matrix(a, b))
}

/// The hierarchy that was packed.
///
/// # Errors
/// An array that is missing or of a shape that does not belong; in words.
pub fn unpack(layout: &Layout, arrays: &BTreeMap<String, Array>) -> Result<Hierarchy, String> {
    let arrays = &Arrays { layout, arrays };
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
            weights: arrays.matrix(&relation.weights, Some(from.rank), Some(to.rank))?,
        })
    });
    let relations = relations.collect::<Result<Vec<_>, _>>()?;
    Ok(Hierarchy { layers, relations })
}

fn unpack_layer(layer: &LayerLayout, arrays: &Arrays<'_>) -> Result<Layer, String> {
    let of = |names: &[String], cols: Option<usize>| -> Result<Vec<Matrix>, String> {
        let matrices = names.iter().map(|name| arrays.matrix(name, None, cols));
        matrices.collect()
    };
    let topics = of(&layer.topics, Some(layer.rank))?;
    let factors = of(&layer.approximation, None)?;
    if factors.len() != topics.len() {
        return Err("topics and approximation are of other orders".to_owned());
    }
    let trace = arrays.matrix(&layer.trace, None, Some(2))?;
    let trace = trace.iter_rows().map(|row| (row[0] as usize, row[1]));
    let classifier = layer.classifier.as_ref();
    Ok(Layer {
        rank: layer.rank,
        approximation: CpTensor::new(factors).map_err(|e| e.to_string())?,
        topics,
        parameters: layer.parameters,
        classifier: classifier
            .map(|name| arrays.matrix(name, None, Some(layer.rank)))
            .transpose()?,
        outcome: Outcome {
            reason: layer.reason,
            iterations: layer.iterations,
            trace: trace.collect(),
        },
    })
}

struct Arrays<'a> {
    layout: &'a Layout,
    arrays: &'a BTreeMap<String, Array>,
}

impl Arrays<'_> {
    /// An array, or the product that its name says it is.
    fn matrix(
        &self,
        name: &str,
        rows: Option<usize>,
        cols: Option<usize>,
    ) -> Result<Matrix, String> {
        let matrix = match name.split_once(TIMES) {
            Some((topics, relation)) => self.product(topics, relation)?,
            None => self.array(name)?,
        };
        let wrong = |expected: Option<usize>, found| expected.is_some_and(|n| n != found);
        if wrong(rows, matrix.rows()) || wrong(cols, matrix.cols()) {
            return Err(format!("{name} is {} × {}", matrix.rows(), matrix.cols()));
        }
        Ok(matrix)
    }

    fn array(&self, name: &str) -> Result<Matrix, String> {
        let array = self.arrays.get(name);
        let Array { shape, values } = array.ok_or_else(|| format!("there is no array {name}"))?;
        if shape[0] * shape[1] != values.len() {
            return Err(format!("{name} is not {} × {}", shape[0], shape[1]));
        }
        Ok(Matrix::from_vec(shape[0], shape[1], values.clone()))
    }

    /// Topics may be a product themselves, of topics of a finer layer.
    fn product(&self, topics: &str, relation: &str) -> Result<Matrix, String> {
        let unknown = || format!("there are no topics {topics}");
        let (layer, mode) = layer_and_mode(topics).ok_or_else(unknown)?;
        let source = self
            .layout
            .layers
            .get(layer)
            .and_then(|l| l.topics.get(mode));
        let source = source.ok_or_else(unknown)?;
        let topics = match source.split_once(TIMES) {
            Some((finer, _)) if layer_and_mode(finer).is_none_or(|(l, _)| l >= layer) => {
                return Err(format!("{source} goes round"));
            }
            Some((finer, relation)) => self.product(finer, relation)?,
            None => self.array(source)?,
        };
        let weights = match relation.strip_suffix(TRANSPOSED) {
            Some(relation) => self.array(relation)?.transposed(),
            None => self.array(relation)?,
        };
        if topics.cols() != weights.rows() {
            return Err(format!("{source} and {relation} cannot be multiplied"));
        }
        Ok(topics.times(&weights))
    }
}

fn layer_and_mode(name: &str) -> Option<(usize, usize)> {
    let (layer, mode) = name.strip_prefix("layer-")?.split_once("-mode-")?;
    Some((layer.parse().ok()?, mode.parse().ok()?))
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
    fn what_follows_from_the_rest_is_not_kept_and_comes_back_to_the_bit() {
        for (hierarchy, own) in hierarchies().into_iter().zip([
            // Shared weights: nothing but them and the trace.
            vec!["relation-0-1", "trace-1"],
            // Each mode has topics of its own.
            vec![
                "layer-1-mode-0",
                "layer-1-mode-1",
                "layer-1-mode-2",
                "relation-0-1-mode-0",
                "relation-0-1-mode-1",
                "relation-0-1-mode-2",
                "trace-1",
            ],
        ]) {
            let first = Hierarchy {
                layers: hierarchy.layers[..1].to_vec(),
                relations: Vec::new(),
            };
            let (layout, arrays) = pack_compactly(&hierarchy, Some(&first));
            let mut names: Vec<&str> = arrays.iter().map(|(name, _)| &**name).collect();
            names.sort_unstable();
            assert_eq!(names, own);
            let shared = pack(&first).1.into_iter();
            let shared = shared.map(|(name, array)| (format!("{FIRST}{name}"), array));
            let arrays: BTreeMap<_, _> = arrays.into_iter().chain(shared).collect();
            let back = unpack(&layout, &arrays).unwrap();
            assert_eq!(format!("{back:?}"), format!("{hierarchy:?}"));
        }
    }

    #[test]
    fn a_layout_that_goes_round_is_refused() {
        let (mut layout, arrays) = pack(&hierarchies()[0]);
        layout.layers[1].topics[0] = "layer-1-mode-0 × relation-0-1".to_owned();
        let arrays: BTreeMap<_, _> = arrays.into_iter().collect();
        let said = unpack(&layout, &arrays).unwrap_err();
        assert!(said.ends_with("goes round"), "{said}");
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

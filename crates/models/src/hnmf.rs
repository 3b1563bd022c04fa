//! HNMF: the coefficients of an NMF, factorized again and again; with or without labels.

use hntf_solvers::{Ncpd, Observer, RowProblem, Ssnmf, Stopping};
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Tensor};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::transform::NewItems;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
    Transformed, checks,
};

/// X ≈ A⁰S⁰, S⁰ ≈ A¹S¹, …: layer l approximates X by A⁰A¹⋯Aˡ Sˡ. Matrices only.
///
/// Cost above the first layer: an iteration takes O(n r_{l−1} r_l), n being the number of columns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Hnmf {
    /// How every layer is fitted; each from a generator seeded with the trial.
    pub nmf: Ncpd,
}

impl Default for Hnmf {
    fn default() -> Self {
        Self {
            nmf: Ncpd::ssnmf(800),
        }
    }
}

impl NamedModel for Hnmf {
    const ABOUT: About = About {
        id: "hnmf",
        title: "HNMF",
        summary: "an NMF, then an NMF of its coefficients, and so on (matrices)",
        citation: "Cichocki & Zdunek 2006; Gao et al., Neural nonnegative matrix factorization for hierarchical multilayer topic modeling, CAMSAP 2019",
        revision: 1,
    };
}

impl Model for Hnmf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.nmf)
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.nmf.stopping)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::matrices_only("hnmf", shape)?;
        self.nmf.validate()?;
        checks::ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut chain = Chain::new(first)?;
        for rank in &fit.ranks[1..] {
            let mut random = RandomState::new(fit.seed);
            let next = self
                .nmf
                .fit(&chain.coefficients(), *rank, &mut random, observer)?;
            chain.push(next.model, next.outcome, None)?;
        }
        Ok(chain.finish())
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        checks::matrices_only("hnmf", new.shape())?;
        infer(&mut items, &self.nmf.row_problem(), observer)?;
        Ok(items.finish())
    }
}

/// HNMF whose layers are semi-supervised: SSNMF of X, then SSNMF of S⁰, and so on. Layer l learns
/// the l-th set of labels of the data, the layers beyond the last set learn the last one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct SupervisedHnmf {
    /// How every layer is fitted; each from a generator seeded with the trial.
    pub ssnmf: Ssnmf,
    /// Whether the layers above the first multiply the A⁰ of an unsupervised NMF (fitted as
    /// `nmf`) instead of the supervised one that their coefficients belong to. That is a slip of
    /// the published reconstruction; it is here to reproduce it.
    pub mixed_first_layer: bool,
    /// The unsupervised NMF of `mixed-first-layer`.
    pub nmf: Ncpd,
}

impl Default for SupervisedHnmf {
    fn default() -> Self {
        Self {
            ssnmf: Ssnmf::default(),
            mixed_first_layer: false,
            nmf: Ncpd::ssnmf(800),
        }
    }
}

impl NamedModel for SupervisedHnmf {
    const ABOUT: About = About {
        id: "supervised-hnmf",
        title: "HNMF, supervised",
        summary: "semi-supervised NMFs, layer by layer (matrices with labels)",
        citation: "Vendrow, Haddock & Needell, A generalized hierarchical nonnegative tensor decomposition, ICASSP 2022",
        revision: 1,
    };
}

impl Model for SupervisedHnmf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ssnmf(self.ssnmf)
    }

    fn stopping_rule(&self, _layer: usize) -> Option<Stopping> {
        Some(self.ssnmf.stopping)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        checks::matrices_only("supervised-hnmf", shape)?;
        self.nmf.validate()?;
        checks::ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut chain = Chain::new(first)?;
        if self.mixed_first_layer {
            let mut random = RandomState::new(fit.seed);
            let plain = self
                .nmf
                .fit(fit.data, fit.ranks[0], &mut random, observer)?;
            chain.basis = plain.model.factors()[0].clone();
        }
        for (l, rank) in fit.ranks.iter().enumerate().skip(1) {
            let mut random = RandomState::new(fit.seed);
            let labels = fit.labels_of(l)?;
            let data = chain.coefficients();
            let next = self
                .ssnmf
                .fit(&data, labels, *rank, &mut random, observer)?;
            chain.push(next.fit.model, next.fit.outcome, next.classifier)?;
        }
        Ok(chain.finish())
    }

    fn transform(
        &self,
        fitted: &Hierarchy,
        new: &dyn Tensor,
        mode: usize,
        observer: &mut dyn Observer,
    ) -> Result<Transformed, ModelError> {
        let mut items = NewItems::new(fitted, new, mode)?;
        checks::matrices_only("supervised-hnmf", new.shape())?;
        if self.mixed_first_layer && mode == 0 && fitted.layers.len() > 1 {
            return Err(ModelError::NoTransform {
                mode: 1,
                reason: "with mixed-first-layer the layers above the first multiply the A of an NMF that \
                         no layer keeps",
            });
        }
        infer(&mut items, &self.ssnmf.row_problem(), observer)?;
        Ok(items.finish())
    }
}

/// Of a matrix. New columns: S⁰ from X, then Sˡ from Sˡ⁻¹, every layer by the same problem. New rows: those of A⁰,
/// times A¹A²⋯.
pub(crate) fn infer(
    items: &mut NewItems<'_>,
    problem: &RowProblem,
    observer: &mut dyn Observer,
) -> Result<(), ModelError> {
    items.solve_layer(0, problem, observer);
    if items.mode == 0 {
        return items.push_through(None);
    }
    for l in items.above() {
        let weights = items.fitted.relation(l - 1, l, None)?.clone();
        let below = DenseTensor::from_matrix(items.last().transposed());
        let factors = [weights, Matrix::zeros(0, items.fitted.layers[l].rank)];
        let rows = items.solve(problem, &below, &factors, 1, observer);
        items.push(rows);
    }
    Ok(())
}

/// The layers so far: A⁰A¹⋯Aˡ and Tˡ = (Sˡ)ᵀ.
struct Chain {
    layers: Vec<Layer>,
    basis: Matrix,
    coefficients: Matrix,
    steps: Vec<Matrix>,
}

impl Chain {
    fn new(first: &FirstLayerFit) -> Result<Self, ModelError> {
        let factors = first.fit.model.factors();
        Ok(Self {
            layers: vec![first.layer()],
            basis: factors[0].clone(),
            coefficients: factors[1].clone(),
            steps: Vec::new(),
        })
    }

    /// S of the last layer, the data of the next one.
    fn coefficients(&self) -> DenseTensor {
        DenseTensor::from_matrix(self.coefficients.transposed())
    }

    fn push(
        &mut self,
        model: CpTensor,
        outcome: hntf_solvers::Outcome,
        classifier: Option<Matrix>,
    ) -> Result<(), ModelError> {
        let factors = model.into_factors();
        self.basis = self.basis.times(&factors[0]);
        self.steps.push(factors[0].clone());
        self.coefficients.clone_from(&factors[1]);
        let approximation = CpTensor::new(vec![self.basis.clone(), self.coefficients.clone()])?;
        self.layers.push(Layer {
            classifier,
            ..Layer::flat(approximation, outcome)
        });
        Ok(())
    }

    fn finish(self) -> Hierarchy {
        Hierarchy {
            layers: self.layers,
            relations: chain(&self.steps, 0, None),
        }
    }
}

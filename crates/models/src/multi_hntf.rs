//! Multi-HNTF: one weight matrix per layer, shared by all modes.

use hntf_solvers::{Iterate, Ncpd, Observer, Start, Stopping, balance_columns, drive};
use hntf_tensor::{
    CpTensor, DenseTensor, Matrix, Scratch, Tensor, gram, hadamard_of_grams, multiply,
};
use numpy_random::RandomState;
use serde::{Deserialize, Serialize};

use crate::hierarchy::chain;
use crate::{
    About, FirstLayer, FirstLayerFit, Fit, Hierarchy, Layer, Model, ModelError, NamedModel,
};

/// X ≈ ⟦F_1 W, …, F_k W⟧ with one W ≥ 0 (r_l × r_{l+1}) for all modes; F_i W are the next layer's
/// factors. For order 2 this is X ≈ A W Wᵀ S.
///
/// The iteration runs on the core C = X ×_1 F_1ᵀ ⋯ ×_k F_kᵀ (r_l × ⋯ × r_l), formed once per
/// layer: F_mᵀ MTTKRP(X, F·W, m) = MTTKRP(C, (W, …, W), m), and the Grams of F_i W are Wᵀ G_i W.
/// The iterates are those on the data, at a cost that does not depend on its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct MultiHntf {
    /// How the first layer is fitted.
    pub first_layer: Ncpd,
    /// Updates of each W.
    pub iterations: usize,
    /// How W is updated.
    pub update: SharedUpdate,
    /// Whether the columns of the first layer get one length across the modes: a shared W cannot
    /// undo a scale that differs by mode.
    pub balance: bool,
}

/// How the shared W is updated from the k multiplicative proposals W * N_m / D_m of the modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SharedUpdate {
    /// W ← (k W + Σ_m W * N_m / D_m) / (2k), as published. Without the k old copies W, which
    /// enters the model k times, overshoots and collapses to zero.
    Damped,
    /// W ← W * (Σ_m N_m / Σ_m D_m)^(1/k): the root takes the place of the damping.
    Symmetric,
}

impl Default for MultiHntf {
    fn default() -> Self {
        Self {
            first_layer: Ncpd::published(Start::Svd),
            iterations: 800,
            update: SharedUpdate::Damped,
            balance: false,
        }
    }
}

impl NamedModel for MultiHntf {
    const ABOUT: About = About {
        id: "multi-hntf",
        title: "Multi-HNTF",
        summary: "one weight matrix per layer, shared by all modes",
        citation: "Vendrow, Haddock & Needell, A generalized hierarchical nonnegative tensor decomposition, ICASSP 2022",
    };
}

impl Model for MultiHntf {
    fn first_layer(&self) -> FirstLayer {
        FirstLayer::Ncpd(self.first_layer)
    }

    fn validate(&self, shape: &[usize], ranks: &[usize]) -> Result<(), ModelError> {
        if self.iterations == 0 {
            let (parameter, found) = ("iterations", "0".to_owned());
            return Err(ModelError::Parameter {
                parameter,
                found,
                expected: "it must be at least 1",
            });
        }
        crate::model::validate_ranks(shape, ranks)
    }

    fn stack(
        &self,
        fit: &Fit<'_>,
        first: &FirstLayerFit,
        observer: &mut dyn Observer,
    ) -> Result<Hierarchy, ModelError> {
        let mut scratch = Scratch::new();
        let mut random = RandomState::new(fit.seed);
        let mut factors = first.fit.model.factors().to_vec();
        if self.balance {
            balance_columns(&mut factors);
        }
        let mut core = fit
            .data
            .project(&factors.iter().map(Some).collect::<Vec<_>>(), &mut scratch);
        let norm = fit.data.squared_norm();
        // The error is only recorded; every tenth iteration is enough for a curve.
        let stopping = Stopping {
            check_every: 10,
            ..Stopping::after(self.iterations)
        };
        let mut layers = vec![first.layer()];
        let mut steps: Vec<Matrix> = Vec::new();
        for rank in &fit.ranks[1..] {
            let start = Matrix::from_fn(factors[0].cols(), *rank, |_, _| random.random_sample());
            let grams = grams_of(&factors);
            let mut shared = SharedWeights::new(&core, norm, grams, start, self.update);
            let outcome = drive(&mut shared, &stopping, observer);
            let weights = shared.into_weights();
            factors.iter_mut().for_each(|f| *f = f.times(&weights));
            core = core.project(&vec![Some(&weights); factors.len()], &mut scratch);
            steps.push(weights);
            layers.push(Layer::flat(CpTensor::new(factors.clone())?, outcome));
        }
        Ok(Hierarchy {
            layers,
            relations: chain(&steps, 0, None),
        })
    }
}

fn grams_of(factors: &[Matrix]) -> Vec<Matrix> {
    let mut grams = vec![Matrix::default(); factors.len()];
    for (g, f) in grams.iter_mut().zip(factors) {
        gram(f, g);
    }
    grams
}

/// `iterations` updates of a W from `start`, for the core C and the Grams G_i of the factors.
pub(crate) fn shared_weights(
    core: &DenseTensor,
    data_norm: f64,
    grams: &[Matrix],
    start: Matrix,
    update: SharedUpdate,
    iterations: usize,
) -> Matrix {
    let mut shared = SharedWeights::new(core, data_norm, grams.to_vec(), start, update);
    (0..iterations).for_each(|_| shared.step());
    shared.into_weights()
}

/// The compressed problem of one layer: C ≈ W in every mode, in the metric of the Grams G_i.
struct SharedWeights<'a> {
    core: &'a DenseTensor,
    data_norm: f64,
    grams: Vec<Matrix>,
    update: SharedUpdate,
    weights: Matrix,
    copies: Vec<Matrix>,
    products: Vec<Matrix>,
    small_grams: Vec<Matrix>,
    others: Matrix,
    denominator: Matrix,
    numerators: Matrix,
    denominators: Matrix,
    scratch: Scratch,
}

impl<'a> SharedWeights<'a> {
    fn new(
        core: &'a DenseTensor,
        data_norm: f64,
        grams: Vec<Matrix>,
        weights: Matrix,
        update: SharedUpdate,
    ) -> Self {
        let order = grams.len();
        let empty = Matrix::default;
        Self {
            core,
            data_norm,
            grams,
            update,
            copies: vec![weights.clone(); order],
            weights,
            products: vec![empty(); order],
            small_grams: vec![empty(); order],
            others: empty(),
            denominator: empty(),
            numerators: empty(),
            denominators: empty(),
            scratch: Scratch::new(),
        }
    }

    fn into_weights(self) -> Matrix {
        self.weights
    }

    /// G_i W and Wᵀ G_i W for all modes.
    fn refresh(&mut self) {
        let w = self.weights.view();
        for (g, (p, s)) in self
            .grams
            .iter()
            .zip(self.products.iter_mut().zip(&mut self.small_grams))
        {
            p.reshape(w.nrows(), w.ncols());
            multiply(p.view_mut(), g.view(), w);
            s.reshape(w.ncols(), w.ncols());
            multiply(s.view_mut(), w.transpose(), p.view());
        }
        for copy in &mut self.copies {
            copy.as_mut_slice().copy_from_slice(self.weights.as_slice());
        }
    }
}

impl Iterate for SharedWeights<'_> {
    fn step(&mut self) {
        self.refresh();
        let (rows, cols) = (self.weights.rows(), self.weights.cols());
        for sum in [
            &mut self.numerators,
            &mut self.denominators,
            &mut self.denominator,
        ] {
            sum.reshape(rows, cols);
            sum.as_mut_slice().fill(0.0);
        }
        let order = self.copies.len() as f64;
        let Self {
            core,
            copies,
            scratch,
            products,
            small_grams,
            others,
            denominator,
            numerators,
            denominators,
            update,
            weights,
            ..
        } = self;
        core.mttkrp_sweep(copies, scratch, &mut |mode, numerator, _| {
            hadamard_of_grams(small_grams, Some(mode), others);
            multiply(denominator.view_mut(), products[mode].view(), others.view());
            let sums = numerators
                .as_mut_slice()
                .iter_mut()
                .zip(denominators.as_mut_slice());
            let terms = numerator.as_slice().iter().zip(denominator.as_slice());
            for ((ns, ds), (n, d)) in sums.zip(terms) {
                match update {
                    SharedUpdate::Damped => *ns += n / (1e-10 + d),
                    SharedUpdate::Symmetric => {
                        *ns += n;
                        *ds += d;
                    }
                }
            }
        });
        let sums = numerators.as_slice().iter().zip(denominators.as_slice());
        for (w, (n, d)) in weights.as_mut_slice().iter_mut().zip(sums) {
            *w *= match update {
                SharedUpdate::Damped => (order + n) / (2.0 * order),
                SharedUpdate::Symmetric => (n / (1e-10 + d)).max(0.0).powf(1.0 / order),
            };
        }
    }

    /// The relative error of the layer: ‖X‖² − 2⟨C, ⟦W…W⟧⟩ + ‖⟦F_1 W …⟧‖² needs the data for its
    /// norm only.
    fn error(&mut self) -> f64 {
        self.refresh();
        self.core
            .mttkrp(&self.copies, 0, &mut self.denominator, &mut self.scratch);
        let pairs = self
            .denominator
            .as_slice()
            .iter()
            .zip(self.weights.as_slice());
        let inner: f64 = pairs.map(|(a, b)| a * b).sum();
        hadamard_of_grams(&self.small_grams, None, &mut self.others);
        let model: f64 = self.others.as_slice().iter().sum();
        ((self.data_norm - 2.0 * inner + model).max(0.0) / self.data_norm).sqrt()
    }
}

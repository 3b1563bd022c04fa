//! Block updates of the joint loss: every factor by HALS, then the weights by quasi-Newton steps.

use hntf_solvers::{Descent, Hals, Iterate, QuasiNewton, QuasiNewtonSettings};
use hntf_tensor::{Matrix, Scratch, Tensor, gram, hadamard_of_grams, multiply};

use super::shared_loss::SharedLoss;
use super::{penalty, runaway};

/// Quasi-Newton steps of the weights after each sweep over the factors. They run on the core and
/// cost little beside the sweep, and few of them hold the factors back: with 2, 5, 10 and 20 plain
/// gradient steps a sweep a prototype was 3.8e-4, 3.2e-4, 3.0e-4 and 2.7e-4 above the least joint
/// loss, 0.4250, of the synthetic tensor after 100 sweeps.
pub(super) const WEIGHT_STEPS: usize = 15;

/// The joint state. As a function of one factor F_m, all else fixed, the loss is the quadratic
///
/// tr(F_m Q F_mᵀ) − 2 tr(P F_mᵀ) + const,  Q = Σ_l λ_l V_l H_l V_lᵀ,  P = Σ_l λ_l M_l V_lᵀ,
///
/// with M_l = MTTKRP(X, F V_l, m) and H_l the entrywise product of the V_lᵀG_iV_l but the m-th. So
/// the first layer moves by exact coordinate descent, as in an NCPD. One MTTKRP of the columns of
/// all layers side by side serves every layer. A penalty on the factors is taken off P, as in an
/// NCPD.
///
/// With hidden entries M_l is that of the data filled by layer l's own present model, anew for every
/// factor (see [`Hidden`](super::hidden::Hidden)).
pub(super) struct Joint<'d, 'a> {
    data: &'d dyn Tensor,
    /// Whether the factors are trained too.
    free: bool,
    pub(super) factors: Vec<Matrix>,
    pub(super) weights: Vec<Matrix>,
    pub(super) shared: SharedLoss<'a>,
    optimizer: QuasiNewton,
    /// ⟨X, ⟦F⟧⟩.
    inner: f64,
    /// [V_0 V_1 …], the same with column blocks times λ_l, and F_i [V_0 V_1 …].
    wide: Matrix,
    scaled: Matrix,
    columns: Vec<Matrix>,
    /// V_lᵀ G_i V_l at l · k + i.
    small: Vec<Matrix>,
    hals: Hals,
    work: Work,
}

#[derive(Default)]
struct Work {
    metric: Matrix,
    targets: Matrix,
    filled: Matrix,
    others: Matrix,
    half: Matrix,
    whole: Matrix,
    scratch: Scratch,
}

impl<'d, 'a> Joint<'d, 'a> {
    /// The state at given factors and weights; `shared` has met these factors.
    pub(super) fn new(
        data: &'d dyn Tensor,
        factors: Vec<Matrix>,
        weights: Vec<Matrix>,
        shared: SharedLoss<'a>,
        free: bool,
    ) -> Self {
        let (order, steps) = (factors.len(), weights.len());
        let mut work = Work::default();
        data.mttkrp(&factors, 0, &mut work.targets, &mut work.scratch);
        let settings = QuasiNewtonSettings::default();
        let mut joint = Self {
            data,
            free,
            inner: work.targets.inner(&factors[0]),
            factors,
            weights,
            shared,
            optimizer: QuasiNewton::nonnegative(settings, steps),
            wide: Matrix::default(),
            scaled: Matrix::default(),
            columns: vec![Matrix::default(); order],
            small: vec![Matrix::default(); order * (steps + 1)],
            hals: Hals::default(),
            work,
        };
        joint.widen();
        joint
    }

    /// Computes what depends on the weights.
    fn widen(&mut self) {
        self.shared.chain(&self.weights);
        if !self.free {
            return;
        }
        if let Some(hidden) = &mut self.shared.hidden {
            hidden.chain(&self.shared.products);
        }
        let products = &self.shared.products;
        let columns: usize = products.iter().map(Matrix::cols).sum();
        for (out, scaled) in [(&mut self.wide, false), (&mut self.scaled, true)] {
            out.reshape(products[0].rows(), columns);
            for i in 0..products[0].rows() {
                let layers = products.iter().zip(&self.shared.layer_weights);
                let row = layers.flat_map(|(v, lambda)| {
                    let scale = if scaled { *lambda } else { 1.0 };
                    v.row(i).iter().map(move |x| scale * x)
                });
                out.row_mut(i).iter_mut().zip(row).for_each(|(o, x)| *o = x);
            }
        }
        for (m, f) in self.factors.iter().enumerate() {
            self.columns[m].set_product(f.view(), self.wide.view());
            narrow(&self.shared, m, &mut self.small, &mut self.work.half);
        }
    }

    /// Coordinate descent on every factor in turn.
    fn update_factors(&mut self) {
        let Self {
            data,
            factors,
            shared,
            wide,
            scaled,
            columns,
            small,
            hals,
            work,
            inner,
            weights,
            ..
        } = self;
        let (order, l1) = (factors.len(), shared.penalties.factors);
        let Work {
            metric,
            targets,
            filled,
            others,
            half,
            whole,
            scratch,
        } = work;
        data.mttkrp_sweep(columns, scratch, &mut |mode, m, columns| {
            let factor = &mut factors[mode];
            let (rows, rank) = (factor.rows(), factor.cols());
            targets.reshape(rows, rank);
            let filled = match &mut shared.hidden {
                None => m,
                Some(hidden) => {
                    filled.clone_from(m);
                    let mut column = 0;
                    for (l, v) in shared.products.iter().enumerate() {
                        hadamard_of_grams(&small[l * order..(l + 1) * order], Some(mode), others);
                        hidden.add_to(l, mode, others, filled, column);
                        column += v.cols();
                    }
                    &*filled
                }
            };
            multiply(targets.view_mut(), filled.view(), scaled.view().transpose());
            metric.fill(rank, rank, 0.0);
            for (l, v) in shared.products.iter().enumerate() {
                hadamard_of_grams(&small[l * order..(l + 1) * order], Some(mode), others);
                half.set_product(v.view(), others.view());
                whole.set_product(half.view(), v.view().transpose());
                let lambda = shared.layer_weights[l];
                let sums = metric.as_mut_slice().iter_mut().zip(whole.as_slice());
                sums.for_each(|(q, x)| *q += lambda * x);
            }
            match &mut shared.supervision {
                Some(s) if mode + 1 == order => {
                    let (products, lambdas) = (&shared.products, &shared.layer_weights);
                    s.update_factor(factor, targets, metric, products, lambdas, l1);
                }
                _ => hals.improve(factor, targets, metric, l1),
            }
            gram(factor, &mut shared.grams[mode]);
            narrow(shared, mode, small, half);
            columns[mode].set_product(factor.view(), wide.view());
            if let Some(hidden) = &mut shared.hidden {
                hidden.meet(mode, factor, &shared.products);
            }
            if mode + 1 == order {
                let rows = m.iter_rows().zip(factor.iter_rows());
                *inner = rows.map(|(m, f)| hntf_tensor::inner(m, f)).sum();
            }
        });
        if l1 > 0.0 {
            let scale = penalty::even_out(factors);
            if let Some(s) = &mut shared.supervision {
                s.scale_classifiers(1.0 / scale);
            }
        } else if let (Some(first), None) = (weights.first_mut(), &shared.supervision) {
            runaway::hold(factors, first);
        }
        shared.meet(*data, factors);
    }

    /// λ_0 (‖X − ⟦F⟧‖² + the label term of layer 0) / ‖X‖².
    fn first_term(&mut self) -> f64 {
        let shared = &mut self.shared;
        hadamard_of_grams(&shared.grams, None, &mut self.work.others);
        let model: f64 = self.work.others.sum();
        let hidden = shared.hidden.as_mut();
        let squares = hidden.map_or(0.0, |hidden| hidden.squared_norm(0, &shared.grams));
        let mut total =
            (shared.norm - 2.0 * self.inner + (model - squares)).clamp(0.0, f64::INFINITY);
        if let Some(s) = &mut shared.supervision {
            total += s.first_term(&shared.products[0]);
        }
        shared.layer_weights[0] * total / shared.norm
    }
}

impl Iterate for Joint<'_, '_> {
    fn step(&mut self) {
        if self.free {
            self.update_factors();
        }
        if let Some(s) = &mut self.shared.supervision {
            s.update_classifiers(&self.shared.products);
        }
        self.shared.refill(&self.weights);
        self.optimizer.restart();
        for _ in 0..WEIGHT_STEPS {
            if self.optimizer.step(&mut self.shared, &mut self.weights) != Descent::Lower {
                break;
            }
        }
        self.widen();
    }

    /// The joint loss over the known entries, with the penalties.
    fn error(&mut self) -> f64 {
        let above = self.shared.known_loss(&self.weights);
        let shared = &self.shared;
        let l1 = penalty::share(shared.penalties.factors, &self.factors, shared.norm);
        self.first_term() + above + l1
    }
}

/// V_lᵀ G_m V_l of all layers, for the present Gram of mode m.
fn narrow(shared: &SharedLoss<'_>, mode: usize, small: &mut [Matrix], half: &mut Matrix) {
    let order = shared.grams.len();
    for (l, v) in shared.products.iter().enumerate() {
        half.set_product(shared.grams[mode].view(), v.view());
        let out = &mut small[l * order + mode];
        out.set_product(v.view().transpose(), half.view());
    }
}

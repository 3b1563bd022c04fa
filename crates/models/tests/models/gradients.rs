//! The networks of Neural HNCPD: the loss against its definition, the gradient against central
//! differences.

use hntf_models::Network;
use hntf_solvers::Nnls;
use hntf_tensor::{CpTensor, DenseTensor, Matrix, Tensor, gram};
use numpy_random::RandomState;
use proptest::prelude::*;

use crate::{noisy, uniform};

/// S = q(A, X)ᵀ.
fn solve(a: &Matrix, x: &Matrix) -> Matrix {
    let (mut g, mut t) = (Matrix::default(), Matrix::default());
    gram(a, &mut g);
    Nnls::new().solve(&g, &x.transposed().times(a), &mut t);
    t.transposed()
}

/// Σ_l mean(X − ⟦A_i¹ ⋯ A_iˡ S_iˡ⟧)² on full tensors, and the support of every S.
fn plain_loss(
    data: &DenseTensor,
    inputs: &[Matrix],
    weights: &[Matrix],
    depth: usize,
) -> (f64, Vec<bool>) {
    let mut support = Vec::new();
    let mut models = vec![Vec::new(); depth];
    for (input, weights) in inputs.iter().zip(weights.chunks(depth)) {
        let (mut s, mut product) = (input.clone(), Matrix::identity(input.rows()));
        for (a, models) in weights.iter().zip(&mut models) {
            s = solve(a, &s);
            support.extend(s.as_slice().iter().map(|x| *x > 0.0));
            product = product.times(a);
            models.push(product.times(&s));
        }
    }
    let mean_square = |factors: Vec<Matrix>| {
        let model = DenseTensor::from_cp(&CpTensor::new(factors).unwrap());
        let pairs = data.values().iter().zip(model.values());
        pairs.map(|(x, m)| (x - m).powi(2)).sum::<f64>() / data.values().len() as f64
    };
    (models.into_iter().map(mean_square).sum(), support)
}

/// As [`plain_loss`], with mean(X − ⟦F⟧)² besides.
fn plain_free_loss(
    data: &DenseTensor,
    inputs: &[Matrix],
    weights: &[Matrix],
    depth: usize,
) -> (f64, Vec<bool>) {
    let (stacked, support) = plain_loss(data, inputs, weights, depth);
    let first = DenseTensor::from_cp(&CpTensor::new(inputs.to_vec()).unwrap());
    let pairs = data.values().iter().zip(first.values());
    let own = pairs.map(|(x, m)| (x - m).powi(2)).sum::<f64>();
    (stacked + own / data.values().len() as f64, support)
}

/// Checks the inner product of `gradient` and a random direction against differences of `loss`
/// along it; `loss` gives the support of every S beside its value. Nothing is said at kinks.
fn check_along(
    at: &Matrix,
    gradient: &Matrix,
    random: &mut RandomState,
    loss: impl Fn(&Matrix) -> (f64, Vec<bool>),
) -> Result<(), TestCaseError> {
    let direction = Matrix::from_fn(at.rows(), at.cols(), |_, _| random.randn());
    let (_, here) = loss(at);
    let mut support_changed = false;
    let mut along = |step: f64| {
        let mut moved = at.clone();
        let pairs = moved.as_mut_slice().iter_mut().zip(direction.as_slice());
        pairs.for_each(|(w, d)| *w += step * d);
        let (loss, support) = loss(&moved);
        support_changed |= support != here;
        loss
    };
    // Near a singular A the loss bends sharply, elsewhere rounding is what limits: one of the
    // steps is right.
    let differences = [1e-3, 1e-4, 1e-5].map(|h: f64| {
        let (outer, inner) = (along(2.0 * h) - along(-2.0 * h), along(h) - along(-h));
        (8.0 * inner - outer) / (12.0 * h)
    });
    // A change of support is a kink: nothing can be said there.
    if support_changed {
        return Ok(());
    }
    let pairs = gradient.as_slice().iter().zip(direction.as_slice());
    let found: f64 = pairs.map(|(g, d)| g * d).sum();
    let size = gradient.squared_norm().sqrt() * direction.squared_norm().sqrt();
    let off = differences.map(|d| (found - d).abs());
    prop_assert!(
        off.into_iter().fold(f64::INFINITY, f64::min) <= 1e-6 * size.max(1e-3),
        "{found} is none of {differences:?}"
    );
    Ok(())
}

struct Case {
    data: DenseTensor,
    inputs: Vec<Matrix>,
    /// Mode by mode, within a mode from layer to layer.
    weights: Vec<Matrix>,
    depth: usize,
}

impl Case {
    fn draw(shape: &[usize], ranks: &[usize], random: &mut RandomState) -> Self {
        let data = noisy(shape, 3, 0.3, random);
        let inputs = shape
            .iter()
            .map(|n| uniform(*n, ranks[0], random))
            .collect();
        let depth = ranks.len() - 1;
        let mut weights = Vec::new();
        for n in shape {
            let mut rows = *n;
            for cols in &ranks[1..] {
                weights.push(Matrix::from_fn(rows, *cols, |_, _| random.randn().abs()));
                rows = *cols;
            }
        }
        Self {
            data,
            inputs,
            weights,
            depth,
        }
    }

    fn network(&self) -> Network<'_> {
        let weights = self.weights.chunks(self.depth).map(<[_]>::to_vec);
        Network::new(&self.data, &self.inputs, weights.collect())
    }

    fn plain(&self, weights: &[Matrix]) -> (f64, Vec<bool>) {
        plain_loss(&self.data, &self.inputs, weights, self.depth)
    }
}

/// The structures to test: orders 1 to 5 and depths 1, 2, 3.
fn structures() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    let shapes = vec![
        vec![6, 7],
        vec![5, 4, 6],
        vec![4, 3, 4, 2],
        vec![1, 5, 2],
        vec![7],
        vec![2, 3, 2, 1, 3],
    ];
    let ranks = vec![
        vec![5, 3],
        vec![5, 3, 2],
        vec![4, 3, 2, 1],
        vec![6, 5, 3, 2],
    ];
    (prop::sample::select(shapes), prop::sample::select(ranks))
}

proptest! {
    #![proptest_config(ProptestConfig { max_global_rejects: 400, ..ProptestConfig::with_cases(60) })]

    #[test]
    fn the_loss_is_its_definition_on_full_tensors((shape, ranks) in structures(), seed: u32) {
        let case = Case::draw(&shape, &ranks, &mut RandomState::new(seed));
        let (expected, _) = case.plain(&case.weights);
        let found = case.network().forward();
        prop_assert!((found - expected).abs() < 1e-10 * expected, "{found} is not {expected}");
    }

    #[test]
    fn the_gradient_equals_central_differences((shape, ranks) in structures(), seed: u32) {
        let mut random = RandomState::new(seed);
        let case = Case::draw(&shape, &ranks, &mut random);
        let mut network = case.network();
        network.forward();
        network.backward();
        let gradients = network.weights_and_gradients().1.to_vec();

        // Along a random direction of every single weight matrix, so that each has its say.
        for (which, gradient) in gradients.iter().enumerate() {
            check_along(&case.weights[which], gradient, &mut random, |moved| {
                let mut weights = case.weights.clone();
                weights[which] = moved.clone();
                case.plain(&weights)
            })?;
        }
    }

    #[test]
    fn free_inputs_add_their_own_term_and_have_a_gradient_of_their_own(
        (shape, ranks) in structures(), seed: u32,
    ) {
        let mut random = RandomState::new(seed);
        let case = Case::draw(&shape, &ranks, &mut random);
        let free = |inputs: &[Matrix], weights: &[Matrix]| {
            plain_free_loss(&case.data, inputs, weights, case.depth)
        };
        let mut network = case.network().with_free_inputs();
        let (found, (expected, _)) = (network.forward(), free(&case.inputs, &case.weights));
        prop_assert!((found - expected).abs() < 1e-10 * expected, "{found} is not {expected}");
        network.backward();
        let gradients = network.inputs_and_gradients().1.to_vec();
        prop_assert_eq!(gradients.len(), case.inputs.len());
        for (which, gradient) in gradients.iter().enumerate() {
            check_along(&case.inputs[which], gradient, &mut random, |moved| {
                let mut inputs = case.inputs.clone();
                inputs[which] = moved.clone();
                free(&inputs, &case.weights)
            })?;
        }
        // The own term does not depend on the weights.
        let mut fixed = case.network();
        fixed.forward();
        fixed.backward();
        prop_assert_eq!(fixed.weights_and_gradients().1, network.weights_and_gradients().1);
        prop_assert!(fixed.inputs_and_gradients().1.is_empty());
    }
}

#[test]
fn a_second_pass_on_new_weights_forgets_the_first() {
    let mut random = RandomState::new(9);
    let case = Case::draw(&[5, 4, 6], &[5, 3, 2], &mut random);
    let other = Case::draw(&[5, 4, 6], &[5, 3, 2], &mut random);
    let mut network = case.network();
    network.forward();
    network.backward();
    let to = network.weights_and_gradients().0;
    to.clone_from_slice(&other.weights);
    let loss = network.forward();
    network.backward();
    let weights = other.weights.chunks(2).map(<[_]>::to_vec).collect();
    let mut fresh = Network::new(&case.data, &case.inputs, weights);
    assert!((loss - fresh.forward()).abs() < 1e-12);
    fresh.backward();
    let found = network.weights_and_gradients().1;
    for (a, b) in found.iter().zip(fresh.weights_and_gradients().1) {
        crate::assert_close(a, b, 1e-10);
    }
}

#[test]
fn weights_of_zero_have_a_loss_and_a_gradient() {
    let mut random = RandomState::new(10);
    let mut case = Case::draw(&[5, 4, 6], &[5, 3, 2], &mut random);
    for w in &mut case.weights {
        w.as_mut_slice().fill(0.0);
    }
    let mut network = case.network();
    let expected = 2.0 * case.data.squared_norm() / 120.0;
    assert!((network.forward() - expected).abs() < 1e-12 * expected);
    network.backward();
    for gradient in network.weights_and_gradients().1 {
        assert!(gradient.as_slice().iter().all(|g| *g == 0.0));
    }
}

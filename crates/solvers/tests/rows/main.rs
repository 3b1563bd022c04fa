//! The rows of one factor, all others given, against their optimality conditions.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_solvers::{
    Loss, Progress, RowFit, RowProblem, RowTerm, Signal, Silent, StopReason, least_squares_rows,
};
use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, SparseTensor, Tensor};
use numpy_random::RandomState;

fn sparse_uniform(rows: usize, cols: usize, random: &mut RandomState) -> Matrix {
    Matrix::from_fn(rows, cols, |_, _| (random.random_sample() - 0.3).max(0.0))
}

fn factors(shape: &[usize], rank: usize, random: &mut RandomState) -> Vec<Matrix> {
    let draw = |n: &usize| sparse_uniform(*n, rank, random);
    shape.iter().map(draw).collect()
}

/// Something of the model in every entry, and much that is not, with zeros.
fn data(truth: &[Matrix], noise: f64, random: &mut RandomState) -> DenseTensor {
    let mut data = DenseTensor::from_cp(&CpTensor::new(truth.to_vec()).unwrap());
    for x in data.values_mut() {
        *x = (*x + noise * random.randn()).max(0.0);
    }
    data
}

/// Whether each entry is known; row 1 of every mode is hidden but for little, row 2 wholly known.
fn flags(shape: &[usize], share: f64, random: &mut RandomState) -> Vec<bool> {
    let entries: usize = shape.iter().product();
    let mut flags: Vec<_> = (0..entries)
        .map(|_| random.random_sample() > share)
        .collect();
    for (at, flag) in flags.iter_mut().enumerate() {
        let first = at / (entries / shape[0]);
        *flag = match first {
            1 => *flag && at % 3 == 0,
            2 => true,
            _ => *flag,
        };
    }
    flags
}

/// The same incomplete data dense and sparse, its mask as the one list and as the other.
fn incomplete(data: &DenseTensor, observed: &[bool]) -> Vec<Incomplete> {
    let shape = data.shape().to_vec();
    let (mut all, mut lists) = (Vec::new(), [Vec::new(), Vec::new()]);
    for (at, known) in observed.iter().enumerate() {
        let index = index(&shape, at);
        let index = index.iter().map(|i| u32::try_from(*i).unwrap());
        lists[usize::from(*known)].extend(index.clone());
        all.extend(index);
    }
    let sparse =
        SparseTensor::from_coordinates(shape.clone(), all, data.values().to_vec()).unwrap();
    let [hidden, known] = lists;
    let masks = [
        Mask::hiding(shape.clone(), hidden),
        Mask::observing(shape, known),
    ];
    let both = masks.into_iter().flat_map(|mask| {
        let mask = mask.unwrap();
        [
            Incomplete::dense(data.clone(), mask.clone()).unwrap(),
            Incomplete::sparse(&sparse, mask).unwrap(),
        ]
    });
    both.collect()
}

fn index(shape: &[usize], at: usize) -> Vec<usize> {
    let mut rest = at;
    let mut index: Vec<_> = shape
        .iter()
        .rev()
        .map(|n| {
            let i = rest % n;
            rest /= n;
            i
        })
        .collect();
    index.reverse();
    index
}

/// Half the gradient of ‖X − M‖², or that of D, by a row of mode `mode`, and the sum of its terms'
/// sizes, entry by entry over the known ones.
fn gradient(
    loss: Loss,
    data: &DenseTensor,
    observed: &[bool],
    factors: &[Matrix],
    mode: usize,
) -> [Matrix; 2] {
    let rank = factors[0].cols();
    let mut out = [0, 1].map(|_| Matrix::zeros(factors[mode].rows(), rank));
    for (at, x) in data
        .values()
        .iter()
        .enumerate()
        .filter(|(at, _)| observed[*at])
    {
        let index = index(data.shape(), at);
        let others = |c: usize| -> f64 {
            let modes = (0..factors.len()).filter(|i| *i != mode);
            modes.map(|i| factors[i][(index[i], c)]).product()
        };
        let row = index[mode];
        let m: f64 = (0..rank).map(|c| factors[mode][(row, c)] * others(c)).sum();
        for c in 0..rank {
            let [plus, minus] = match loss {
                Loss::Frobenius => [m, *x],
                Loss::KullbackLeibler if *x > 0.0 => [1.0, x / m.max(1e-11)],
                Loss::KullbackLeibler => [1.0, 0.0],
            };
            out[0][(row, c)] += (plus - minus) * others(c);
            out[1][(row, c)] += (plus + minus) * others(c);
        }
    }
    out
}

/// The conditions of Karush, Kuhn and Tucker for F_mode ≥ 0 with the penalty λ.
fn assert_optimal(
    problem: &RowProblem,
    data: &DenseTensor,
    observed: &[bool],
    factors: &[Matrix],
    mode: usize,
    name: &str,
) {
    let [slope, size] = gradient(problem.loss, data, observed, factors, mode);
    let of = factors[mode].as_slice().iter().zip(slope.as_slice());
    for (at, ((f, g), s)) in of.zip(size.as_slice()).enumerate() {
        let (g, s) = (g + problem.l1, s + problem.l1 + 1e-300);
        assert!(*f >= 0.0 && f.is_finite(), "{name}, entry {at}: {f}");
        assert!(g >= -1e-9 * s, "{name}, entry {at} = {f}: slope {g} of {s}");
        assert!(
            *f * g <= 1e-9 * f.max(1.0) * s,
            "{name}, entry {at} = {f}: slope {g} of {s}"
        );
    }
}

fn problem(loss: Loss, l1: f64) -> RowProblem {
    let epsilon = 1e-11;
    RowProblem { loss, l1, epsilon }
}

fn fitted(factors: &[Matrix], mode: usize, fit: RowFit) -> Vec<Matrix> {
    let mut factors = factors.to_vec();
    factors[mode] = fit.rows;
    factors
}

/// Shapes, and a rank.
const CASES: [(&[usize], usize); 3] = [(&[14, 11], 4), (&[7, 6, 5], 4), (&[5, 4, 3, 4], 3)];

#[test]
fn rows_meet_their_optimality_conditions() {
    let mut random = RandomState::new(1);
    for (shape, rank) in CASES {
        let given = factors(shape, rank, &mut random);
        let x = data(&factors(shape, rank, &mut random), 0.1, &mut random);
        let all = vec![true; x.values().len()];
        for mode in 0..shape.len() {
            for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
                for l1 in [0.0, 0.3] {
                    let problem = problem(loss, l1);
                    let fit = problem.solve(&x, &given, mode, &mut Silent);
                    assert_eq!(fit.reason, StopReason::Converged);
                    let name = format!("{shape:?}, mode {mode}, {loss:?}, {l1}");
                    let found = fitted(&given, mode, fit);
                    assert_optimal(&problem, &x, &all, &found, mode, &name);
                }
            }
        }
    }
}

#[test]
fn rows_meet_their_optimality_conditions_over_known_entries() {
    let mut random = RandomState::new(2);
    for (shape, rank) in CASES {
        let given = factors(shape, rank, &mut random);
        let x = data(&factors(shape, rank, &mut random), 0.1, &mut random);
        for share in [0.2, 0.7] {
            let observed = flags(shape, share, &mut random);
            for (kind, hiding) in incomplete(&x, &observed).iter().enumerate() {
                for mode in 0..shape.len() {
                    for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
                        let problem = problem(loss, 0.1);
                        let fit = problem.solve(hiding, &given, mode, &mut Silent);
                        let name = format!("{shape:?}, {share}, {kind}, mode {mode}, {loss:?}");
                        let found = fitted(&given, mode, fit);
                        assert_optimal(&problem, &x, &observed, &found, mode, &name);
                    }
                }
            }
        }
    }
}

#[test]
fn rows_of_exact_data_are_those_it_was_made_of() {
    let mut random = RandomState::new(3);
    for (shape, rank) in CASES {
        let truth = factors(shape, rank, &mut random);
        let x = data(&truth, 0.0, &mut random);
        let observed = flags(shape, 0.2, &mut random);
        let hiding = &incomplete(&x, &observed)[0];
        let cp = CpTensor::new(truth.clone()).unwrap();
        let all: [&dyn Tensor; 3] = [&x, &cp, hiding];
        for (kind, x) in all.into_iter().enumerate() {
            for (loss, tolerance) in [(Loss::Frobenius, 1e-9), (Loss::KullbackLeibler, 1e-6)] {
                let last = shape.len() - 1;
                let fit = problem(loss, 0.0).solve(x, &truth, last, &mut Silent);
                for (found, made_of) in fit.rows.as_slice().iter().zip(truth[last].as_slice()) {
                    assert!(
                        (found - made_of).abs() < tolerance,
                        "{kind}, {loss:?}: {found} is not {made_of}"
                    );
                }
            }
        }
    }
}

#[test]
fn terms_of_several_layers_are_one_least_squares_problem() {
    // Two terms of F V_t with weights, against the gradient of each of them.
    let mut random = RandomState::new(4);
    let shape = [6, 5, 4];
    let x = data(&factors(&shape, 3, &mut random), 0.1, &mut random);
    let observed = flags(&shape, 0.3, &mut random);
    let all = vec![true; observed.len()];
    let layers = [
        factors(&shape, 4, &mut random),
        factors(&shape, 2, &mut random),
    ];
    let map = sparse_uniform(4, 2, &mut random);
    let hiding = incomplete(&x, &observed);
    let cases: [(&dyn Tensor, &[bool]); 3] =
        [(&x, &all), (&hiding[0], &observed), (&hiding[3], &observed)];
    for (tensor, known) in cases {
        for mode in 0..3 {
            let terms = [
                RowTerm {
                    weight: 0.5,
                    factors: &layers[0],
                    map: None,
                },
                RowTerm {
                    weight: 2.0,
                    factors: &layers[1],
                    map: Some(&map),
                },
            ];
            let f = least_squares_rows(tensor, mode, &terms, 0.05);
            let mut slope = Matrix::from_fn(f.rows(), 4, |_, _| 0.05);
            for (term, rows) in terms.iter().zip([f.clone(), f.times(&map)]) {
                let mut at = term.factors.to_vec();
                at[mode] = rows;
                let [part, _] = gradient(Loss::Frobenius, &x, known, &at, mode);
                let part = term
                    .map
                    .map_or_else(|| part.clone(), |v| part.times(&v.transposed()));
                let sums = slope.as_mut_slice().iter_mut().zip(part.as_slice());
                sums.for_each(|(s, p)| *s += term.weight * p);
            }
            for (f, g) in f.as_slice().iter().zip(slope.as_slice()) {
                assert!(*g > -1e-9 && (f * g).abs() < 1e-9, "{f}: slope {g}");
            }
        }
    }
}

#[test]
fn rows_that_say_nothing_and_components_that_explain_nothing_are_zero() {
    let mut random = RandomState::new(5);
    let mut given = factors(&[6, 5], 3, &mut random);
    (0..6).for_each(|i| given[0][(i, 1)] = 0.0);
    let mut x = data(&factors(&[6, 5], 3, &mut random), 0.1, &mut random);
    (0..6).for_each(|i| x.values_mut()[i * 5 + 2] = 0.0);
    let observed: Vec<_> = (0..30).map(|at| at % 5 != 4).collect();
    for hiding in incomplete(&x, &observed) {
        for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
            let rows = problem(loss, 0.0)
                .solve(&hiding, &given, 1, &mut Silent)
                .rows;
            assert!(rows.row(2).iter().all(|x| *x == 0.0), "{loss:?}: {rows:?}");
            assert!(rows.row(4).iter().all(|x| *x == 0.0), "{loss:?}: {rows:?}");
            assert!((0..5).all(|i| rows[(i, 1)] == 0.0), "{loss:?}: {rows:?}");
            assert!(rows.row(0).iter().sum::<f64>() > 0.0);
        }
    }
}

#[test]
fn the_observer_of_a_divergence_sees_every_pass_and_may_end_it() {
    let mut random = RandomState::new(6);
    let given = factors(&[9, 8], 3, &mut random);
    let x = data(&factors(&[9, 8], 3, &mut random), 0.1, &mut random);
    for (signal, reason) in [
        (Signal::Cancel, StopReason::Cancelled),
        (Signal::TimeUp, StopReason::TimeLimit),
    ] {
        let mut seen = 0;
        let mut observer = |p: Progress| {
            seen = p.iteration;
            if seen == 5 { signal } else { Signal::Continue }
        };
        let fit = problem(Loss::KullbackLeibler, 0.0).solve(&x, &given, 1, &mut observer);
        assert_eq!((fit.reason, seen), (reason, 5));
        assert!(
            fit.rows
                .as_slice()
                .iter()
                .all(|x| *x >= 0.0 && x.is_finite())
        );
    }
}
/// Documents of a few words: their second derivatives are of a rank far below the number of topics.
#[test]
fn rows_with_few_entries_and_of_any_size_meet_their_optimality_conditions() {
    let mut random = RandomState::new(7);
    let (words, documents, rank) = (60, 40, 12);
    let mut given = factors(&[words, documents], rank, &mut random);
    // Topics no document is about, and words no topic is about.
    (0..words).for_each(|i| given[0][(i, 3)] = 0.0);
    (0..rank).for_each(|c| given[0][(7, c)] = 0.0);
    for scale in [1e-3, 1.0, 1e6] {
        let mut x = DenseTensor::from_matrix(Matrix::zeros(words, documents));
        for j in 0..documents {
            for _ in 0..=j % 5 {
                let word = (random.random_sample() * words as f64) as usize;
                x.values_mut()[word * documents + j] += scale * (1.0 + random.random_sample());
            }
        }
        let all = vec![true; x.values().len()];
        for loss in [Loss::Frobenius, Loss::KullbackLeibler] {
            let problem = problem(loss, 0.0);
            let fit = problem.solve(&x, &given, 1, &mut Silent);
            assert_eq!(fit.reason, StopReason::Converged, "{scale}, {loss:?}");
            let name = format!("{scale}, {loss:?}");
            assert_optimal(&problem, &x, &all, &fitted(&given, 1, fit), 1, &name);
        }
    }
}

/// Multiplicative updates alone need tens of thousands of passes for this, of exact data more.
#[test]
fn a_divergence_settles_within_some_hundred_passes() {
    for (noise, seed) in [(0.05, 8), (0.0, 9)] {
        let mut random = RandomState::new(seed);
        let given = factors(&[150, 100], 8, &mut random);
        let made_of = factors(&[150, 100], 8, &mut random).swap_remove(1);
        let x = data(&[given[0].clone(), made_of], noise, &mut random);
        let mut passes = 0;
        let mut observer = |p: Progress| {
            passes = p.iteration;
            Signal::Continue
        };
        let fit = problem(Loss::KullbackLeibler, 0.0).solve(&x, &given, 1, &mut observer);
        assert_eq!(fit.reason, StopReason::Converged);
        assert!(passes < 800, "{noise}: {passes}");
    }
}

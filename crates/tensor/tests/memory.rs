//! What an error of large dense data takes beside the data. Alone in its program, whose peak it reads.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_tensor::{CpTensor, DenseTensor, Matrix, Scratch, Tensor, relative_error};

/// The most memory this program has had, in MB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().next().unwrap();
    kilobytes.parse::<f64>().unwrap() / 1024.0
}

#[test]
fn the_error_of_a_long_dense_tensor_takes_little_beside_it() {
    let shape = [4, 1200, 1200];
    let factor = |n: &usize| Matrix::from_fn(*n, 40, |i, j| ((i * 7 + j * 3) % 11) as f64 / 11.0);
    let model = CpTensor::new(shape.iter().map(factor).collect()).unwrap();
    // Filled fibre by fibre, so that the data takes its own memory and no more: each entry is that of
    // the model and a half.
    let mut values = Vec::with_capacity(4 * 1200 * 1200);
    for (i, j) in (0..4).flat_map(|i| (0..1200).map(move |j| (i, j))) {
        let f = model.factors();
        let weights: Vec<f64> = (0..40).map(|r| f[0][(i, r)] * f[1][(j, r)]).collect();
        for k in 0..1200 {
            values.push(0.5 + hntf_tensor::inner(&weights, f[2].row(k)));
        }
    }
    let data = DenseTensor::new(shape.to_vec(), values).unwrap();
    let expected = (0.25 * 4.0 * 1200.0 * 1200.0 / data.squared_norm()).sqrt();
    let before = peak();
    let error = relative_error(&data, &model, &mut Scratch::new());
    let more = peak() - before;
    assert!(
        (error - expected).abs() < 1e-12,
        "{error} is not {expected}"
    );
    assert!(more < 32.0, "{more} MB");
}

//! Files that hold no tensor to factorize.

use hntf_tensor::npy::write_npy;
use insta::assert_snapshot;

use crate::lab::Lab;

/// The experiment on a file with these bytes is refused; what is said.
fn refused_bytes(bytes: &[u8]) -> String {
    let lab = Lab::new();
    lab.write("x.npy", bytes);
    lab.run_refused()
}

/// The same on a 2 × 2 × 2 tensor of ones with some entries replaced.
fn refused_entries(entries: &[(usize, f64)]) -> String {
    let mut values = [1.0; 8];
    entries.iter().for_each(|(i, value)| values[*i] = *value);
    refused_values(&[2, 2, 2], &values)
}

fn refused_values(shape: &[usize], values: &[f64]) -> String {
    let lab = Lab::new();
    write_npy(&lab.path("x.npy"), shape, values).unwrap();
    lab.run_refused()
}

/// A `.npy` file of version 1.0 with this header and data.
fn npy(header: &str, data: &[u8]) -> Vec<u8> {
    let padded = format!("{header:<117}\n");
    let length = u16::try_from(padded.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], padded.as_bytes(), data].concat()
}

#[test]
fn a_missing_file() {
    assert_snapshot!(Lab::with("x.npy", "y.npy").run_refused());
}

#[test]
fn a_folder() {
    assert_snapshot!(Lab::with("x.npy", ".").run_refused());
}

#[test]
fn an_empty_file() {
    assert_snapshot!(refused_bytes(b""));
}

#[test]
fn a_file_that_is_not_npy() {
    assert_snapshot!(refused_bytes(b"subject,height\n1,2\n"));
}

#[test]
fn a_truncated_file() {
    let lab = Lab::new();
    let whole = std::fs::read(lab.path("x.npy")).unwrap();
    lab.write("x.npy", &whole[..whole.len() - 100]);
    assert_snapshot!(lab.run_refused());
}

#[test]
fn a_truncated_header() {
    let lab = Lab::new();
    let whole = std::fs::read(lab.path("x.npy")).unwrap();
    lab.write("x.npy", &whole[..40]);
    assert_snapshot!(lab.run_refused());
}

#[test]
fn an_unsupported_type() {
    let header = "{'descr': '<c16', 'fortran_order': False, 'shape': (2, 2), }";
    assert_snapshot!(refused_bytes(&npy(header, &[0; 64])));
}

#[test]
fn a_shape_beyond_memory() {
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296), }";
    assert_snapshot!(refused_bytes(&npy(header, &[0; 64])));
}

#[test]
fn a_nan() {
    assert_snapshot!(refused_entries(&[(5, f64::NAN)]));
}

#[test]
fn an_infinity() {
    assert_snapshot!(refused_entries(&[(6, f64::INFINITY)]));
}

#[test]
fn a_negative_entry() {
    assert_snapshot!(refused_entries(&[(3, -0.5), (6, f64::NAN)]));
}

#[test]
fn a_tensor_of_order_1() {
    assert_snapshot!(refused_values(&[8], &[1.0; 8]));
}

#[test]
fn a_single_number() {
    assert_snapshot!(refused_values(&[], &[1.0]));
}

#[test]
fn an_all_zero_tensor() {
    assert_snapshot!(refused_values(&[2, 2, 2], &[0.0; 8]));
}

#[test]
fn a_tensor_without_entries() {
    assert_snapshot!(refused_values(&[4, 0, 4], &[]));
}

#[test]
fn entries_whose_squares_overflow() {
    assert_snapshot!(refused_values(&[4, 4, 4], &[1e200; 64]));
}

/// The experiment with a mask of these values is refused; what is said.
fn refused_mask(shape: &[usize], values: &[f64]) -> String {
    let lab = Lab::on("kind = \"file\"\npath = \"x.npy\"\nmask = \"mask.npy\"\n");
    write_npy(&lab.path("mask.npy"), shape, values).unwrap();
    lab.run_refused()
}

#[test]
fn a_mask_of_another_shape() {
    assert_snapshot!(refused_mask(&[5, 6, 4], &[1.0; 120]));
}

#[test]
fn a_mask_that_hides_everything() {
    assert_snapshot!(refused_mask(&[6, 5, 4], &[0.0; 120]));
}

#[test]
fn a_mask_of_other_numbers() {
    assert_snapshot!(refused_mask(&[6, 5, 4], &[0.5; 120]));
}

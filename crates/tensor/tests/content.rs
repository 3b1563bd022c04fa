//! A digest of data sees everything the data is, and nothing else.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use std::collections::BTreeMap;

use hntf_tensor::{CpTensor, DenseTensor, Incomplete, Mask, Matrix, SparseTensor, Tensor};
use proptest::prelude::*;

fn content(data: &dyn Tensor) -> Vec<u8> {
    let mut bytes = Vec::new();
    data.content(&mut |part| bytes.extend_from_slice(part));
    bytes
}

fn dense(shape: &[usize], values: &[f64]) -> DenseTensor {
    DenseTensor::new(shape.to_vec(), values.to_vec()).unwrap()
}

fn sparse(shape: &[usize], entries: &[(&[u32], f64)]) -> SparseTensor {
    let indices = entries.iter().flat_map(|(index, _)| index.to_vec());
    let values = entries.iter().map(|(_, x)| *x).collect();
    SparseTensor::from_coordinates(shape.to_vec(), indices.collect(), values).unwrap()
}

fn cp(factors: &[(usize, usize, &[f64])]) -> CpTensor {
    let factors = factors
        .iter()
        .map(|(n, r, x)| Matrix::from_vec(*n, *r, x.to_vec()));
    CpTensor::new(factors.collect()).unwrap()
}

fn hiding(hidden: &[u32]) -> Mask {
    Mask::hiding(vec![2, 3], hidden.to_vec()).unwrap()
}

const SIX: [f64; 6] = [1.0, 0.0, 2.0, 0.0, 0.5, 0.0];
/// The entries of [`SIX`] as a 2 × 3 matrix.
const THREE: [(&[u32], f64); 3] = [(&[0, 0], 1.0), (&[0, 2], 2.0), (&[1, 1], 0.5)];

#[test]
fn data_that_differs_in_anything_gives_other_bytes() {
    let mut all: BTreeMap<Vec<u8>, &str> = BTreeMap::new();
    let mut add = |name, data: &dyn Tensor| {
        if let Some(same) = all.insert(content(data), name) {
            panic!("{name} gives the bytes of {same}");
        }
    };
    add("dense", &dense(&[2, 3], &SIX));
    add("its transpose's shape", &dense(&[3, 2], &SIX));
    add("one mode", &dense(&[6], &SIX));
    add("a mode more", &dense(&[2, 3, 1], &SIX));
    for (at, name) in ["1st", "2nd", "3rd", "4th", "5th", "6th"]
        .iter()
        .enumerate()
    {
        let mut values = SIX;
        values[at] = f64::from_bits(values[at].to_bits() ^ 1);
        add(name, &dense(&[2, 3], &values));
    }
    add("sparse", &sparse(&[2, 3], &THREE));
    add("a longer mode", &sparse(&[2, 4], &THREE));
    add("an entry less", &sparse(&[2, 3], &THREE[..2]));
    let mut moved = THREE;
    moved[1].0 = &[0, 1];
    add("a moved entry", &sparse(&[2, 3], &moved));
    let mut changed = THREE;
    changed[2].1 = f64::from_bits(0.5_f64.to_bits() + 1);
    add("a changed entry", &sparse(&[2, 3], &changed));
    add("no entries", &sparse(&[2, 3], &[]));

    let (a, b) = ([1.0, 2.0], [3.0, 4.0, 5.0]);
    add("cp", &cp(&[(2, 1, &a), (3, 1, &b)]));
    add(
        "cp's changed factor",
        &cp(&[(2, 1, &a), (3, 1, &[3.0, 4.0, 6.0])]),
    );
    add("cp's factors exchanged", &cp(&[(3, 1, &b), (2, 1, &a)]));
    add("cp of rank 2", &cp(&[(1, 2, &a), (1, 2, &a)]));
    add("cp of rank 1", &cp(&[(2, 1, &a), (2, 1, &a)]));

    let incomplete = |mask| Incomplete::dense(dense(&[2, 3], &SIX), mask).unwrap();
    add("nothing hidden", &incomplete(hiding(&[])));
    add("a zero hidden", &incomplete(hiding(&[0, 1])));
    add("another zero hidden", &incomplete(hiding(&[1, 2])));
    add("two zeros hidden", &incomplete(hiding(&[0, 1, 1, 2])));
    let observing = Mask::observing(vec![2, 3], vec![0, 0]).unwrap();
    add("one entry observed", &incomplete(observing));
    let incomplete = |mask| Incomplete::sparse(&sparse(&[2, 3], &THREE), mask).unwrap();
    add("sparse, nothing hidden", &incomplete(hiding(&[])));
    add("sparse, a zero hidden", &incomplete(hiding(&[0, 1])));
    add(
        "sparse, a zero observed",
        &incomplete(Mask::observing(vec![2, 3], vec![0, 1]).unwrap()),
    );
}

#[test]
fn the_same_data_gives_the_same_bytes_however_it_came_about() {
    let shuffled = [THREE[2], (&[0, 0][..], 0.25), THREE[1], (&[0, 0][..], 0.75)];
    assert_eq!(
        content(&sparse(&[2, 3], &THREE)),
        content(&sparse(&[2, 3], &shuffled))
    );
    // What stands at a hidden place is nobody's business.
    let mut other = SIX;
    other[4] = 7.0;
    let incomplete =
        |values: &[f64]| Incomplete::dense(dense(&[2, 3], values), hiding(&[1, 1])).unwrap();
    assert_eq!(content(&incomplete(&SIX)), content(&incomplete(&other)));
    let more = incomplete(&SIX).hiding(vec![0, 0]).unwrap().unwrap();
    let at_once = Incomplete::dense(dense(&[2, 3], &SIX), hiding(&[1, 1, 0, 0])).unwrap();
    assert_eq!(content(&*more), content(&at_once));
}

#[test]
fn the_bytes_are_those_of_every_version() {
    // Digests are kept on disk: what they are made of changes with the name of the kind only.
    let expected = [
        &5_u64.to_le_bytes()[..],
        b"dense",
        &1_u64.to_le_bytes(),
        &2_u64.to_le_bytes(),
        &2_u64.to_le_bytes(),
        &1.5_f64.to_le_bytes(),
        &0.0_f64.to_le_bytes(),
    ];
    assert_eq!(content(&dense(&[2], &[1.5, 0.0])), expected.concat());
}

#[test]
fn large_data_goes_by_in_small_blocks() {
    let data = DenseTensor::zeros(vec![1000, 1000]);
    let (mut most, mut all) = (0, 0);
    data.content(&mut |part| {
        most = most.max(part.len());
        all += part.len();
    });
    assert!(most <= 4096, "{most}");
    assert!(all >= 8_000_000, "{all}");
}

proptest! {
    #[test]
    fn bytes_are_equal_exactly_where_the_data_is(
        a in prop::collection::vec(0_u8..2, 6),
        b in prop::collection::vec(0_u8..2, 6),
    ) {
        let of = |x: &[u8]| {
            let flat: Vec<f64> = x.iter().map(|x| f64::from(*x)).collect();
            let indices = (0..6_u32).filter(|i| x[*i as usize] == 1).flat_map(|i| [i / 3, i % 3]);
            let indices: Vec<u32> = indices.collect();
            let ones = vec![1.0; indices.len() / 2];
            (content(&dense(&[2, 3], &flat)),
             content(&SparseTensor::from_coordinates(vec![2, 3], indices, ones).unwrap()))
        };
        let (one, other) = (of(&a), of(&b));
        prop_assert_eq!(one.0 == other.0, a == b);
        prop_assert_eq!(one.1 == other.1, a == b);
    }
}

//! Sparse matrices of sprs become sparse tensors and come back, and its products are those of ours.
#![allow(clippy::unwrap_used, reason = "a helper's panic is its test's failure")]

use hntf_tensor::{Matrix, Scratch, SparseTensor, Tensor, TensorError};
use numpy_random::RandomState;
use sprs::{CsMat, CsMatI, TriMat};

/// About a fifth of the entries of a matrix.
fn random_sprs(rows: usize, columns: usize, random: &mut RandomState) -> CsMat<f64> {
    let mut entries = TriMat::new((rows, columns));
    for i in 0..rows {
        for j in 0..columns {
            if random.random_sample() < 0.2 {
                entries.add_triplet(i, j, random.random_sample());
            }
        }
    }
    entries.to_csr()
}

fn nonzeros(tensor: &SparseTensor) -> Vec<(Vec<u32>, f64)> {
    let mut all = Vec::new();
    tensor.for_each_nonzero(|index, x| all.push((index.to_vec(), x)));
    all
}

/// A dense matrix as one of sprs's.
fn dense(matrix: &Matrix) -> CsMat<f64> {
    let mut entries = TriMat::new((matrix.rows(), matrix.cols()));
    for i in 0..matrix.rows() {
        for j in 0..matrix.cols() {
            entries.add_triplet(i, j, matrix[(i, j)]);
        }
    }
    entries.to_csr()
}

fn assert_same(ours: &Matrix, theirs: &CsMat<f64>) {
    assert_eq!((ours.rows(), ours.cols()), theirs.shape());
    for i in 0..ours.rows() {
        for j in 0..ours.cols() {
            let expected = theirs.get(i, j).copied().unwrap_or(0.0);
            assert!((ours[(i, j)] - expected).abs() <= 1e-13, "({i}, {j})");
        }
    }
}

#[test]
fn rows_and_columns_are_the_same_tensor_and_come_back() {
    let mut random = RandomState::new(3);
    for (rows, columns) in [(1, 1), (7, 4), (30, 50), (5, 0)] {
        let by_rows = random_sprs(rows, columns, &mut random);
        let by_columns = by_rows.to_csc();
        let tensor = SparseTensor::try_from(&by_rows).unwrap();
        assert_eq!(
            (tensor.nnz(), tensor.shape()),
            (by_rows.nnz(), &[rows, columns][..])
        );
        let other = SparseTensor::try_from(&by_columns).unwrap();
        assert_eq!(nonzeros(&tensor), nonzeros(&other));
        assert_eq!(CsMat::try_from(&tensor).unwrap(), by_rows);
    }
}

#[test]
fn any_kind_of_index_is_taken_and_zeros_are_dropped() {
    let matrix: CsMatI<f64, u16, u32> =
        CsMatI::new_csc((3, 2), vec![0, 2, 3], vec![0, 2, 1], vec![1.0, 0.0, 4.0]);
    let tensor = SparseTensor::try_from(&matrix).unwrap();
    assert_eq!(nonzeros(&tensor), [(vec![0, 0], 1.0), (vec![1, 1], 4.0)]);
}

#[test]
fn what_is_no_nonnegative_matrix_is_refused() {
    let negative = CsMat::new((2, 2), vec![0, 1, 1], vec![1], vec![-1.0]);
    let said = SparseTensor::try_from(&negative).unwrap_err().to_string();
    assert!(said.starts_with("entry [0, 1] is -1"), "{said}");
    let cube = SparseTensor::from_coordinates(vec![2, 2, 2], vec![0, 1, 1], vec![1.0]).unwrap();
    let refused = CsMat::try_from(&cube).unwrap_err();
    assert_eq!(
        refused,
        TensorError::NotAMatrix {
            shape: vec![2, 2, 2]
        }
    );
    assert_eq!(
        refused.to_string(),
        "a matrix has two modes, but this tensor has the shape [2, 2, 2]"
    );
}

#[test]
fn contractions_of_order_two_are_sprs_products() {
    let mut random = RandomState::new(4);
    let (rows, columns, rank) = (40, 23, 5);
    let matrix = random_sprs(rows, columns, &mut random);
    let tensor = SparseTensor::try_from(&matrix).unwrap();
    let mut draw = |n| Matrix::from_fn(n, rank, |_, _| random.random_sample());
    let factors = [draw(rows), draw(columns)];
    let theirs = factors.each_ref().map(dense);
    let transposed = matrix.transpose_view().to_csr();

    let (mut out, mut scratch) = (Matrix::default(), Scratch::new());
    tensor.mttkrp(&factors, 0, &mut out, &mut scratch);
    assert_same(&out, &(&matrix * &theirs[1]));
    tensor.mttkrp(&factors, 1, &mut out, &mut scratch);
    assert_same(&out, &(&transposed * &theirs[0]));
    assert_same(&tensor.unfolding_gram(0), &(&matrix * &transposed));
    assert_same(&tensor.unfolding_gram(1), &(&transposed * &matrix));

    let both = [Some(&factors[0]), Some(&factors[1])];
    let core = tensor.project(&both, &mut scratch);
    let core = Matrix::from_vec(rank, rank, core.values().to_vec());
    let right = &matrix * &theirs[1];
    assert_same(&core, &(&theirs[0].transpose_view().to_csr() * &right));
    let squares: f64 = matrix.data().iter().map(|x| x * x).sum();
    assert!((tensor.squared_norm() - squares).abs() <= 1e-12);
}

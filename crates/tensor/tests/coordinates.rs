//! Files of coordinates come back unchanged, and a bad one is refused with its line.

use std::fs;
use std::path::{Path, PathBuf};

use hntf_tensor::coordinates::{
    CoordinateFileError, read_matrix_market, read_tns, write_matrix_market, write_tns,
};
use hntf_tensor::{Coordinates, Duplicates, SparseTensor, Tensor};
use proptest::prelude::*;
use tempfile::TempDir;

fn with_file<T>(name: &str, bytes: &[u8], read: impl FnOnce(&Path) -> T) -> T {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("a temporary file");
    read(&path)
}

fn tns(text: &str) -> Result<Coordinates, CoordinateFileError> {
    with_file("x.tns", text.as_bytes(), |path| {
        read_tns(path, None, Duplicates::Refuse)
    })
}

fn mtx(text: &str) -> Result<Coordinates, CoordinateFileError> {
    with_file("x.mtx", text.as_bytes(), |path| {
        read_matrix_market(path, Duplicates::Refuse)
    })
}

/// What a user reads, with the file's folder left out.
fn message<T: std::fmt::Debug>(result: Result<T, CoordinateFileError>) -> String {
    let error = result.expect_err("the file is bad");
    let folder = format!("{}/", error.path.parent().expect("a folder").display());
    error.to_string().replace(&folder, "")
}

fn arrays(orders: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Coordinates> {
    let entry = (any::<u32>(), 0.0_f64..1e300);
    let shapes = prop::collection::vec(1_usize..30, orders);
    (shapes, prop::collection::vec(entry, 1..40)).prop_map(|(shape, entries)| {
        let indices = entries.iter().flat_map(|(seed, _)| {
            let spread = |(m, n): (usize, &usize)| (seed >> (5 * m)) % *n as u32;
            shape.iter().enumerate().map(spread).collect::<Vec<_>>()
        });
        let values = entries.iter().map(|e| e.1).collect();
        Coordinates::new(shape.clone(), indices.collect(), values).expect("valid entries")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tns_files_keep_every_bit(data in arrays(1..=5), compressed: bool) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(if compressed { "x.tns.gz" } else { "x.tns" });
        write_tns(&path, &data).unwrap();
        let again = read_tns(&path, Some(data.shape()), Duplicates::Sum).unwrap();
        prop_assert_eq!(again, data);
    }

    #[test]
    fn matrix_market_files_keep_every_bit(data in arrays(2..=2), compressed: bool) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(if compressed { "x.mtx.gz" } else { "x.mtx" });
        write_matrix_market(&path, &data).unwrap();
        prop_assert_eq!(read_matrix_market(&path, Duplicates::Sum).unwrap(), data);
    }

    #[test]
    fn no_file_however_damaged_brings_a_reader_down(
        changes in prop::collection::vec((0_usize..90, any::<u8>()), 0..6), length in 0_usize..120,
    ) {
        let mut bytes = b"%%MatrixMarket matrix coordinate real symmetric\n3 3 3\n1 1 2\n3 1 0.5\n2 2 4e3\n".to_vec();
        for (position, byte) in changes {
            if let Some(b) = bytes.get_mut(position) {
                *b = byte;
            }
        }
        bytes.truncate(length);
        for name in ["x", "x.gz"] {
            with_file(name, &bytes, |path| {
                let _ = read_matrix_market(path, Duplicates::Refuse);
                let _ = read_tns(path, None, Duplicates::Refuse);
            });
        }
    }
}

#[test]
fn comments_empty_lines_and_spacing_are_free() {
    let data = tns("# a comment\n\n1 2\t3 0.5\r\n  4 1 1 2e1  \n#\n2 2 2 1").unwrap();
    assert_eq!(data.shape(), [4, 2, 3]);
    assert_eq!(data.indices(), [0, 1, 2, 3, 0, 0, 1, 1, 1]);
    assert_eq!(data.values(), [0.5, 20.0, 1.0]);
}

#[test]
fn a_shape_can_be_longer_than_the_indices_but_not_shorter() {
    let read = |shape: &[usize]| {
        with_file("x.tns", b"1 2 7\n3 1 8\n", |path| {
            read_tns(path, Some(shape), Duplicates::Refuse)
        })
    };
    assert_eq!(read(&[9, 2]).unwrap().shape(), [9, 2]);
    assert_eq!(
        message(read(&[2, 2])),
        "x.tns, line 2: the index in mode 1 is 3, but at most 2 is allowed there"
    );
    assert_eq!(
        message(read(&[2, 2, 2])),
        "x.tns, line 1: found 3 numbers, expected 4: one index per mode, then the value"
    );
}

#[test]
fn every_kind_of_matrix_is_read() {
    let real =
        mtx("%%MatrixMarket matrix coordinate real general\n% c\n\n2 3 2\n1 3 .5\n2 1 1e2\n");
    assert_eq!(real.as_ref().unwrap().shape(), [2, 3]);
    assert_eq!(real.unwrap().indices(), [0, 2, 1, 0]);
    let counts = mtx("%%matrixmarket MATRIX Coordinate integer general\n1 1 1\n1 1 12\n");
    assert_eq!(counts.unwrap().values(), [12.0]);
    let pattern = mtx("%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n");
    let pattern = SparseTensor::new(pattern.unwrap()).unwrap();
    assert_eq!(pattern.sum(), 3.0);
    assert_eq!(
        pattern.to_dense().unwrap().values(),
        [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0]
    );
}

#[test]
fn duplicates_are_refused_with_both_lines_or_summed() {
    let text = "# c\n1 1 5\n2 2 1\n\n# c\n2 1 1\n2 2 1\n1 1 1\n";
    assert_eq!(
        message(tns(text)),
        "x.tns, line 7: a value at (2, 2) was given before, in line 3: \
         remove one of them, or ask for duplicates to be summed"
    );
    let summed = with_file("x.tns", text.as_bytes(), |path| {
        read_tns(path, None, Duplicates::Sum)
    });
    let summed = SparseTensor::new(summed.unwrap()).unwrap();
    assert_eq!(
        (summed.nnz(), summed.duplicates(), summed.sum()),
        (3, 2, 9.0)
    );
    // The other half of a symmetric matrix is given, whether by us or by the file.
    let both = "%%MatrixMarket matrix coordinate real symmetric\n2 2 2\n1 2 1\n2 1 1\n";
    assert_eq!(
        message(mtx(both)),
        "x.mtx, line 4: a value at (2, 1) was given before, in line 3: \
         remove one of them, or ask for duplicates to be summed"
    );
}

#[test]
fn bad_lines_of_a_tns_file_are_named() {
    let second = |line: &str| {
        let message = message(tns(&format!("1 1 1 0.5\n{line}\n")));
        message
            .strip_prefix("x.tns, line 2: ")
            .expect(&message)
            .to_owned()
    };
    assert_eq!(
        second("0 1 1 2"),
        "the index in mode 1 is 0, but this format counts from 1: if the whole file counts from 0, \
         add 1 to every index"
    );
    let ragged = "one index per mode, then the value";
    assert_eq!(
        second("1 1 2"),
        format!("found 3 numbers, expected 4: {ragged}")
    );
    assert_eq!(
        second("1 1 1 1 2"),
        format!("found 5 numbers, expected 4: {ragged}")
    );
    assert_eq!(
        second("1 1.5 1 2"),
        "found \"1.5\" as the index in mode 2, expected a whole number from 1 on"
    );
    assert_eq!(
        second("1 -1 1 2"),
        "found \"-1\" as the index in mode 2, expected a whole number from 1 on"
    );
    for large in ["4294967297", "99999999999999999999999"] {
        assert_eq!(
            second(&format!("1 1 {large} 2")),
            format!("the index in mode 3 is {large}, but at most 4294967296 is allowed there")
        );
    }
    assert_eq!(
        second("1 1 2 x"),
        "found \"x\" as the value, expected a number"
    );
    for text in ["nan", "inf", "1e999"] {
        assert_eq!(
            second(&format!("1 1 2 {text}")),
            format!("the value is {text}, but every value must be a finite number")
        );
    }
    assert_eq!(
        second("1 1 2 -3"),
        "the value is -3, but a nonnegative factorization needs values ≥ 0"
    );
    assert_eq!(
        message(tns("7\n")),
        format!("x.tns, line 1: found 1 numbers, expected 2: {ragged}")
    );
    assert_eq!(
        message(tns("# nothing\n")),
        "x.tns: the file holds no entries, so that its shape is unknown"
    );
    assert_eq!(
        message(tns(&"1 ".repeat(40))),
        "x.tns, line 1: found 40 numbers, but a sparse tensor has at most 32 modes: is this a table, \
         not coordinates?"
    );
    assert_eq!(tns("4294967296 1\n").unwrap().shape(), [1 << 32]);
}

#[test]
fn bad_lines_of_a_matrix_market_file_are_named() {
    let header = "%%MatrixMarket matrix coordinate integer general\n";
    let third = |line: &str| {
        let message = message(mtx(&format!("{header}2 3 1\n{line}\n")));
        message
            .strip_prefix("x.mtx, line 3: ")
            .expect(&message)
            .to_owned()
    };
    assert_eq!(
        third("3 1 1"),
        "the index in mode 1 is 3, but at most 2 is allowed there"
    );
    assert_eq!(
        third("1 4 1"),
        "the index in mode 2 is 4, but at most 3 is allowed there"
    );
    assert!(third("1 0 1").starts_with("the index in mode 2 is 0, but this format counts from 1"));
    assert_eq!(
        third("1 1"),
        "found 2 numbers, expected 3: row, column and value"
    );
    assert_eq!(
        third("1 1 0.5"),
        "found \"0.5\" as the value, expected a whole number, as the header announces"
    );
    assert_eq!(
        third("1 1 -5"),
        "the value is -5, but a nonnegative factorization needs values ≥ 0"
    );
    assert_eq!(
        message(mtx(&format!("{header}2 3 1\n1 1 1\n\n1 2 1\n"))),
        "x.mtx, line 5: 1 entries are announced in the line of sizes, but there are more"
    );
    assert_eq!(
        message(mtx(&format!("{header}2 3 9\n1 1 1\n% end\n"))),
        "x.mtx, line 3: 9 entries are announced in the line of sizes, but there are 1"
    );
    let pattern = "%%MatrixMarket matrix coordinate pattern general\n1 1 1\n1 1 1\n";
    assert_eq!(
        message(mtx(pattern)),
        "x.mtx, line 3: found 3 numbers, expected 2: row and column"
    );
}

#[test]
fn bad_headers_and_sizes_are_named() {
    for header in [
        "%%MatrixMarket matrix array real general",
        "%%MatrixMarket matrix coordinate complex general",
        "%%MatrixMarket matrix coordinate real skew-symmetric",
        "1 1 0.5",
        "",
    ] {
        assert_eq!(
            message(mtx(&format!("{header}\n1 1 1\n"))),
            format!(
                "x.mtx, line 1: found the header {header:?}, expected %%MatrixMarket matrix \
                 coordinate, then real, integer or pattern, then general or symmetric"
            )
        );
    }
    let header = "%%MatrixMarket matrix coordinate real symmetric\n";
    let expected = "expected the numbers of rows, columns and entries, at most 4294967296";
    for sizes in ["2 2", "2 2 -1", "4294967297 1 1", "2 2 2 2"] {
        assert_eq!(
            message(mtx(&format!("{header}{sizes}\n"))),
            format!("x.mtx, line 2: found {sizes:?}, {expected}")
        );
    }
    assert_eq!(
        message(mtx(header)),
        format!("x.mtx: found \"the end of the file\", {expected}")
    );
    assert_eq!(
        message(mtx(&format!("{header}2 3 1\n"))),
        "x.mtx, line 2: a symmetric matrix has as many rows as columns, but this one is 2 × 3"
    );
    // A count no memory holds is only a number to be compared with.
    assert_eq!(
        message(mtx(&format!("{header}2 2 18446744073709551615\n"))),
        "x.mtx: 18446744073709551615 entries are announced in the line of sizes, but there are none"
    );
}

#[test]
fn what_is_no_text_file_is_refused() {
    let folder = TempDir::new().unwrap();
    let missing: PathBuf = folder.path().join("x.tns");
    let read = |path: &Path| read_tns(path, None, Duplicates::Refuse);
    assert_eq!(
        message(read(&missing)),
        "x.tns: there is no such file: check the path"
    );
    fs::create_dir(&missing).unwrap();
    assert_eq!(
        message(read(&missing)),
        "x.tns: this is not a file: name the file itself"
    );
    assert_eq!(
        message(with_file("x.tns", b"1 1\n\xff\xfe\n", read)),
        "x.tns, line 2: the line is not text: if the file is compressed, its name must end in .gz"
    );
    assert_eq!(
        message(with_file("x.tns", &vec![b'1'; 100_000], read)),
        "x.tns, line 1: the line has more than 65536 bytes: is this a text file of coordinates?"
    );
    // A compressed file cut short, and one that is not compressed.
    let path = folder.path().join("y.tns.gz");
    let data = Coordinates::new(vec![2], vec![0, 1], vec![0.25, 0.5]).unwrap();
    write_tns(&path, &data).unwrap();
    let bytes = fs::read(&path).unwrap();
    for bytes in [&bytes[..bytes.len() - 6], b"1 1\n"] {
        let message = message(with_file("y.tns.gz", bytes, read));
        assert!(message.contains("cannot be read ("), "{message}");
    }
    let nowhere = folder.path().join("none/x.tns");
    let message_of_writing = message(write_tns(&nowhere, &data));
    assert!(message_of_writing.starts_with("x.tns: cannot be written ("));
    assert_eq!(
        message(write_matrix_market(&folder.path().join("z.mtx"), &data)),
        "z.mtx: this format holds matrices, but the tensor has 1 modes: write a .tns file"
    );
}

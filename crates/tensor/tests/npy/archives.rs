//! Archives of arrays, as NumPy and this crate write them, and damaged.

use std::fs;
use std::io::{Cursor, Write};

use hntf_tensor::npy::{NpyArray, NpzError, NpzReader, NpzValue, NpzWriter};
use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{dictionary, file, fixture};

type Reader = NpzReader<Cursor<Vec<u8>>>;

fn open(bytes: &[u8]) -> Result<Reader, NpzError> {
    NpzReader::new(Cursor::new(bytes.to_vec()))
}

fn array(shape: &[usize], values: &[f64]) -> NpzValue {
    NpzValue::Numbers(NpyArray {
        shape: shape.to_vec(),
        values: values.to_vec(),
    })
}

fn writer() -> NpzWriter<Cursor<Vec<u8>>> {
    NpzWriter::new(Cursor::new(Vec::new()))
}

const FACTOR: [f64; 6] = [0.0, 0.125, 0.25, 0.375, 0.5, 0.625];
const WORDS: [&str; 3] = ["tensor", "naïve", "😀"];

/// What ../fixtures/npy/make.py looks for in `ours.npz`.
fn ours() -> Vec<u8> {
    let mut npz = writer();
    npz.numbers("factor", &[3, 2], &FACTOR).unwrap();
    npz.numbers("scalar", &[], &[2.5]).unwrap();
    npz.strings("words", &WORDS).unwrap();
    npz.numbers("none", &[0, 3], &[]).unwrap();
    npz.numbers("layer/0", &[100, 10], &[0.25; 1000]).unwrap();
    npz.finish().unwrap().into_inner()
}

/// An archive of files as they are given.
fn zipped(files: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(method);
        zip.start_file(name, options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// What a user reads of an archive with the one array `x`.
fn message(npy: &[u8]) -> String {
    let bytes = zipped(&[("x.npy", npy)], CompressionMethod::Deflated);
    let error = open(&bytes).and_then(|mut npz| npz.all()).unwrap_err();
    error.to_string()
}

#[test]
fn numpys_archives_are_read_whole_and_by_name() {
    let words = NpzValue::Strings(WORDS.map(str::to_owned).to_vec());
    let expected = [
        ("factor", array(&[3, 2], &FACTOR)),
        ("fortran", array(&[3, 2], &FACTOR)),
        ("scalar", array(&[], &[2.5])),
        ("words", words),
        ("none", array(&[0, 3], &[])),
        ("small", array(&[3], &[0.0, 1.0, 2.0])),
    ];
    for name in ["stored.npz", "deflated.npz"] {
        let mut npz = open(&fs::read(fixture(name)).unwrap()).unwrap();
        assert_eq!(npz.names(), expected.each_ref().map(|(name, _)| *name));
        let all = npz.all().unwrap();
        let all: Vec<_> = all.iter().map(|(n, v)| (n.as_str(), v.clone())).collect();
        assert_eq!(all, expected);
        for (name, value) in &expected {
            match value {
                NpzValue::Numbers(array) => assert_eq!(npz.numbers(name).unwrap(), *array),
                NpzValue::Strings(list) => assert_eq!(npz.strings(name).unwrap(), *list),
            }
        }
    }
}

#[test]
fn the_archive_that_numpy_read_is_still_what_is_written() {
    assert!(
        ours() == fs::read(fixture("ours.npz")).unwrap(),
        "the bytes of an archive have changed: see make.py for how to let NumPy read the new ones"
    );
}

#[test]
#[ignore = "writes ours.npz, for make.py to read"]
fn ours_is_written_for_numpy() {
    fs::write(fixture("ours.npz"), ours()).unwrap();
}

#[test]
fn what_is_not_there_or_of_another_kind_is_said_with_what_is() {
    let mut npz = open(&ours()).unwrap();
    assert_eq!(
        npz.numbers("facto").unwrap_err().to_string(),
        "the array `facto` is not in the archive, which holds factor, scalar, words, none, layer/0"
    );
    assert_eq!(
        npz.numbers("words").unwrap_err().to_string(),
        "the array `words` holds text (dtype <U6), but only f4, f8, i1 to i8, u1 to u8 and bool can \
         be read: convert it with array.astype(\"f8\") and save it again"
    );
    let said = npz.strings("factor").unwrap_err().to_string();
    assert!(
        said.starts_with("the array `factor` holds entries of dtype '<f8'"),
        "{said}"
    );
}

#[test]
fn files_that_are_no_arrays_are_not_looked_at() {
    let npy = file(&dictionary("'<f8'", "(1,)"), &1.5_f64.to_le_bytes());
    let files: [(&str, &[u8]); 2] = [("readme.txt", b"no array"), ("x.npy", &npy)];
    let mut npz = open(&zipped(&files, CompressionMethod::Stored)).unwrap();
    assert_eq!(npz.all().unwrap(), [("x".to_owned(), array(&[1], &[1.5]))]);
}

#[test]
fn an_array_that_does_not_end_where_its_header_says_is_refused() {
    let header = dictionary("'<f8'", "(3,)");
    assert_eq!(
        message(&file(&header, &[0; 23])),
        "the array `x` is cut short, its data should take 24 bytes but has 23: \
         copy or fetch the file again"
    );
    let said = message(&file(&header, &[0; 1 << 20]));
    assert!(
        said.contains("where its shape and dtype allow 24"),
        "{said}"
    );
    let words = dictionary("'<U2'", "(3,)");
    assert!(message(&file(&words, &[0; 20])).contains("its data should take 24 bytes but has 16"));
    assert!(message(&file(&words, &[0; 25])).contains("where its shape and dtype allow 24"));
}

#[test]
fn a_header_that_asks_for_more_than_there_is_costs_nothing() {
    let absurd = usize::MAX / 16;
    for shape in [format!("({absurd},)"), "(536870912,)".to_owned()] {
        for descr in ["'<f8'", "'|u1'", "'<U1'"] {
            let order = dictionary(descr, &shape);
            for order in [order.clone(), order.replace("False", "True")] {
                assert!(message(&file(&order, &[0; 64])).starts_with("the array `x` "));
            }
        }
    }
}

#[test]
fn the_limit_is_the_callers() {
    let mut npz = open(&ours()).unwrap().with_limit(47);
    let said = npz.numbers("factor").unwrap_err().to_string();
    assert!(
        said.contains("takes 48 bytes of memory, above the limit of 47"),
        "{said}"
    );
    let mut npz = open(&ours()).unwrap().with_limit(50);
    assert_eq!(npz.numbers("factor").unwrap().values, FACTOR);
    assert_eq!(
        npz.all().unwrap_err().to_string(),
        "the archive takes more than the limit of 50 bytes of memory: raise the limit if you trust \
         the file, or read single arrays"
    );
    let mut npz = open(&ours()).unwrap().with_limit(100);
    assert!(
        npz.strings("words")
            .unwrap_err()
            .to_string()
            .contains("the limit of 100")
    );
}

#[test]
fn a_changed_byte_of_the_data_is_noticed() {
    let clean = ours();
    let word = clean.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    let mut noticed = 0;
    for at in 0..word {
        let mut bytes = clean.clone();
        bytes[at] ^= 0x10;
        match open(&bytes).and_then(|mut npz| npz.all()) {
            Err(_) => noticed += 1,
            // Times and flags of the local headers say nothing about the arrays.
            Ok(all) => assert_eq!(all, open(&clean).unwrap().all().unwrap(), "byte {at}"),
        }
    }
    assert!(2 * noticed > word, "{noticed} of {word}");
}

#[test]
fn what_is_no_archive_says_so() {
    for bytes in [&b""[..], b"\x93NUMPY", &ours()[..400]] {
        let said = open(bytes).err().unwrap().to_string();
        assert!(
            said.starts_with("the archive is damaged or is no .npz file"),
            "{said}"
        );
    }
}

#[test]
fn a_name_is_a_file_name_and_used_once() {
    let mut npz = writer();
    npz.numbers("a", &[], &[1.0]).unwrap();
    for name in ["a", "", "/a", "a/../b", "c:\\d", "a//b"] {
        let said = npz.numbers(name, &[], &[1.0]).unwrap_err().to_string();
        assert!(said.contains("cannot be written under this name"), "{said}");
    }
    let said = npz.numbers("b", &[2], &[1.0]).unwrap_err().to_string();
    assert_eq!(
        said,
        "the array `b` was not written, the shape (2,) takes 2 values but 1 were given: \
         pass one value per entry"
    );
}

proptest! {
    #[test]
    fn arrays_come_back(values in prop::collection::vec(any::<f64>(), 0..40), words in prop::collection::vec("[^\0]{0,6}", 0..8)) {
        let mut npz = writer();
        npz.numbers("x", &[values.len(), 1], &values).unwrap();
        npz.strings("w", &words).unwrap();
        let mut npz = NpzReader::new(npz.finish().unwrap()).unwrap();
        let back = npz.numbers("x").unwrap().values;
        prop_assert!(back.iter().map(|x| x.to_bits()).eq(values.iter().map(|x| x.to_bits())));
        prop_assert_eq!(npz.strings("w").unwrap(), words);
    }

    #[test]
    fn no_bytes_make_it_panic(start in 0_usize..2000, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut whole = ours();
        let start = start.min(whole.len());
        let end = (start + bytes.len()).min(whole.len());
        whole.splice(start..end, bytes);
        // Whatever it says, it returns.
        let _ = open(&whole).map(|npz| npz.with_limit(1 << 20).all());
    }
}

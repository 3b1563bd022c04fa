//! Lists of strings, as NumPy writes them and damaged.

use std::fs;

use hntf_tensor::npy::{NpyError, read_npy_strings, write_npy_strings};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{dictionary, file, fixture};

fn read_bytes(bytes: &[u8]) -> Result<Vec<String>, NpyError> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.npy");
    fs::write(&path, bytes).unwrap();
    read_npy_strings(&path)
}

fn message(bytes: &[u8]) -> String {
    let error = read_bytes(bytes).unwrap_err();
    let folder = format!("{}/", error.path.parent().unwrap().display());
    error.to_string().replace(&folder, "")
}

fn encode(text: &str, characters: usize) -> Vec<u8> {
    let mut codes: Vec<u32> = text.chars().map(u32::from).collect();
    codes.resize(characters, 0);
    codes.into_iter().flat_map(u32::to_le_bytes).collect()
}

#[test]
fn numpys_strings_read_in_both_byte_orders() {
    let expected = ["a", "naïve", "", "mid\0dle", "😀 smile"];
    for name in ["words-little.npy", "words-big.npy"] {
        assert_eq!(read_npy_strings(&fixture(name)).unwrap(), expected);
    }
}

#[test]
fn an_empty_list_has_no_strings() {
    let none = read_bytes(&file(&dictionary("'<U7'", "(0,)"), b"")).unwrap();
    assert_eq!(none, Vec::<String>::new());
}

#[test]
fn numbers_and_tables_are_no_lists_of_strings() {
    let numbers = file(&dictionary("'<f8'", "(1,)"), &[0; 8]);
    assert_eq!(
        message(&numbers),
        "x.npy holds entries of dtype '<f8', but a list of strings (dtype <U1, <U2, …) was expected: \
         convert it with array.astype(str) and save it again"
    );
    for descr in [
        "'|S4'",
        "'<U'",
        "'<U0'",
        "'<U-1'",
        "'|U4'",
        "[('a', '<U4')]",
    ] {
        let said = message(&file(&dictionary(descr, "(0,)"), b""));
        assert!(said.contains("a list of strings"), "{said}");
    }
    let table = file(&dictionary("'<U1'", "(1, 2)"), &[0; 8]);
    assert_eq!(
        message(&table),
        "x.npy holds strings of the shape (1, 2), but a list with one mode was expected: save array.ravel()"
    );
}

#[test]
fn data_that_is_cut_short_or_too_long_is_refused() {
    let header = dictionary("'<U2'", "(3,)");
    assert!(message(&file(&header, &[0; 23])).contains("should take 24 bytes but has 23"));
    assert!(message(&file(&header, &[0; 25])).contains("holds 25 bytes of data"));
}

#[test]
fn a_header_that_asks_for_more_than_there_is_costs_nothing() {
    let most = usize::MAX / 64;
    for (descr, shape) in [
        ("'<U1'", format!("({most},)")),
        ("'<U4611686018427387903'", "(5,)".to_owned()),
        ("'<U99999999999999999999999'", "(1,)".to_owned()),
        ("'<U1073741824'", "(1099511627776,)".to_owned()),
    ] {
        assert!(read_bytes(&file(&dictionary(descr, &shape), &[0; 4])).is_err());
    }
}

#[test]
fn a_number_that_is_no_character_is_named() {
    let header = dictionary("'<U1'", "(2,)");
    for code in [0xd800_u32, 0x0011_0000, u32::MAX] {
        let data = [encode("a", 1), code.to_le_bytes().to_vec()].concat();
        let said = message(&file(&header, &data));
        assert!(
            said.contains(&format!("0x{code:08x} in string 1")),
            "{said}"
        );
    }
}

#[test]
fn what_is_written_is_what_numpy_writes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.npy");
    let numpys = fs::read(fixture("words-little.npy")).unwrap();
    // Nine characters, the width that NumPy was asked for.
    write_npy_strings(
        &path,
        &["a", "naïve", "", "mid\0dle", "😀 smile", "123456789"],
    )
    .unwrap();
    let written = fs::read(&path).unwrap();
    assert_eq!(written.len(), numpys.len() + 9 * 4);
    let six = String::from_utf8_lossy(&numpys[..128]).replace("(5,)", "(6,)");
    assert_eq!(String::from_utf8_lossy(&written[..128]), six);
    assert_eq!(written[128..written.len() - 9 * 4], numpys[128..]);
}

#[test]
fn a_string_that_would_come_back_shorter_is_not_written() {
    let folder = TempDir::new().unwrap();
    let error = write_npy_strings(&folder.path().join("x.npy"), &["a", "b\0"]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("string 1 (counted from 0) ends in a zero character")
    );
    assert!(!folder.path().join("x.npy").exists());
    write_npy_strings(&folder.path().join("x.npy"), &[""; 0]).unwrap();
    let none = read_npy_strings(&folder.path().join("x.npy")).unwrap();
    assert_eq!(none, Vec::<String>::new());
}

proptest! {
    #[test]
    fn strings_come_back(words in prop::collection::vec("[^\0]{0,6}", 0..8)) {
        let header = dictionary("'<U6'", &format!("({},)", words.len()));
        let data: Vec<u8> = words.iter().flat_map(|w| encode(w, 6)).collect();
        prop_assert_eq!(read_bytes(&file(&header, &data)).unwrap(), words);
    }

    #[test]
    fn no_bytes_make_it_panic(start in 0..64_usize, bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let mut whole = fs::read(fixture("words-little.npy")).unwrap();
        let end = (start + bytes.len()).min(whole.len());
        whole.splice(start..end, bytes);
        // Whatever it says, it returns.
        let _ = read_bytes(&whole);
    }
}

//! A bad .npy file is refused in one sentence: which file, what was found, what was expected, what
//! to do.

use std::fs;

use hntf_tensor::npy::{NpyError, read_npy, write_npy};
use tempfile::TempDir;

use crate::{dictionary, file, fixture, read_bytes};

/// What a user reads, with the file's folder left out.
fn message(result: Result<impl std::fmt::Debug, NpyError>) -> String {
    let error = result.expect_err("the file is bad");
    let folder = format!("{}/", error.path.parent().expect("a folder").display());
    error.to_string().replace(&folder, "")
}

fn message_of_bytes(bytes: &[u8]) -> String {
    message(read_bytes(bytes))
}

#[test]
fn a_missing_file_is_reported() {
    let folder = TempDir::new().unwrap();
    assert_eq!(
        message(read_npy(&folder.path().join("x.npy"))),
        "x.npy does not exist, but a .npy file was expected there: check the path"
    );
}

#[test]
fn a_folder_is_refused_for_reading_and_writing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.npy");
    fs::create_dir(&path).unwrap();
    assert_eq!(
        message(read_npy(&path)),
        "x.npy is a folder, but a .npy file was expected: name the file itself"
    );
    assert_eq!(
        message(write_npy(&path, &[], &[1.0])),
        "x.npy is a folder, but a .npy file was expected: name the file itself"
    );
}

#[cfg(unix)]
#[test]
fn a_socket_is_refused_instead_of_waited_for() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.npy");
    let _socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert_eq!(
        message(read_npy(&path)),
        "x.npy is a device, pipe or socket, but a .npy file was expected: name the file itself"
    );
}

#[test]
fn other_formats_are_recognised_by_their_first_bytes() {
    assert_eq!(
        message_of_bytes(b"PK\x03\x04 and more"),
        "x.npy is not a .npy file, it begins with PK\\x03\\x04 a instead of \\x93NUMPY: write one array with numpy.save, or unpack the archive if it is a .npz"
    );
    assert_eq!(
        message_of_bytes(b""),
        "x.npy is not a .npy file, it begins with nothing instead of \\x93NUMPY: write one array with numpy.save, or unpack the archive if it is a .npz"
    );
}

#[test]
fn an_unknown_version_is_named() {
    assert_eq!(
        message_of_bytes(b"\x93NUMPY\x04\x01"),
        "x.npy is in version 4.1 of the .npy format, but only 1.0, 2.0 and 3.0 can be read: write it again with numpy.save"
    );
}

#[test]
fn a_header_cut_short_is_told_in_bytes() {
    assert_eq!(
        message_of_bytes(b"\x93NUMPY\x01"),
        "x.npy is cut short, its version should take 2 bytes but has 1: copy or fetch the file again"
    );
    assert_eq!(
        message_of_bytes(b"\x93NUMPY\x01\x00\x76\x00{'descr'"),
        "x.npy is cut short, its header should take 118 bytes but has 8: copy or fetch the file again"
    );
}

#[test]
fn a_header_of_absurd_length_is_not_read() {
    assert_eq!(
        message_of_bytes(b"\x93NUMPY\x02\x00\xff\xff\xff\xff"),
        "x.npy has a header that cannot be read, it is 4294967295 bytes long and 65536 are allowed: write it again with numpy.save"
    );
}

#[test]
fn data_cut_short_is_told_in_bytes() {
    let bytes = file(&dictionary("'<f8'", "(2, 3)"), &[0; 47]);
    assert_eq!(
        message_of_bytes(&bytes),
        "x.npy is cut short, its data should take 48 bytes but has 47: copy or fetch the file again"
    );
}

#[test]
fn bytes_after_the_data_are_refused() {
    let bytes = file(&dictionary("'<f4'", "(2, 3)"), &[0; 25]);
    assert_eq!(
        message_of_bytes(&bytes),
        "x.npy holds 25 bytes of data where its shape and dtype allow 24: write it again with numpy.save, one array to a file"
    );
}

#[test]
fn unsupported_types_are_named() {
    let named = |name: &str| {
        let message = message(read_npy(&fixture(name)));
        let (found, advice) = message.split_once(", but ").unwrap();
        assert_eq!(
            advice,
            "only f4, f8, i1 to i8, u1 to u8 and bool can be read: convert it with array.astype(\"f8\") and save it again"
        );
        found.to_owned()
    };
    assert_eq!(
        named("complex.npy"),
        "complex.npy holds complex numbers (dtype <c16)"
    );
    assert_eq!(named("text.npy"), "text.npy holds text (dtype <U5)");
    assert_eq!(named("bytes.npy"), "bytes.npy holds text (dtype |S5)");
    assert_eq!(
        named("objects.npy"),
        "objects.npy holds Python objects (dtype |O)"
    );
    assert_eq!(named("dates.npy"), "dates.npy holds dates (dtype <M8[D])");
    assert_eq!(
        named("half.npy"),
        "half.npy holds half-precision numbers (dtype <f2)"
    );
    assert_eq!(
        named("records.npy"),
        "records.npy holds records with named fields \
         (dtype [('word', '<i4'), (\"weight: 'w', [x\", '<f8')])"
    );
}

#[test]
fn a_type_without_a_byte_order_is_refused() {
    let bytes = file(&dictionary("'|f8'", "()"), &[0; 8]);
    assert!(
        message_of_bytes(&bytes).starts_with("x.npy holds values of an unknown type (dtype |f8)")
    );
}

#[test]
fn a_header_that_is_no_dictionary_of_numpys_is_quoted() {
    let cause = |text: &str| {
        let message = message_of_bytes(&file(text, &[]));
        message
            .strip_prefix("x.npy has a header that cannot be read, ")
            .and_then(|rest| rest.strip_suffix(": write it again with numpy.save"))
            .expect(&message)
            .to_owned()
    };
    assert_eq!(cause("hello"), "it is hello and no Python dictionary");
    assert_eq!(cause("{}"), "it lacks the entry 'descr'");
    assert_eq!(
        cause("{'descr': '<f8', 'shape': (1,)}"),
        "it lacks the entry 'fortran_order'"
    );
    assert_eq!(
        cause("{'color': 'red'}"),
        "it has the entry 'color': 'red' and only descr, fortran_order and shape are allowed, once each"
    );
    assert_eq!(
        cause("{'descr': '<f8', 'descr': '<f4'}"),
        "it has the entry 'descr': '<f4' and only descr, fortran_order and shape are allowed, once each"
    );
    assert_eq!(
        cause("{'descr': f8, 'fortran_order': False, 'shape': ()}"),
        "its descr is f8 and should be a type in quotes"
    );
    assert_eq!(
        cause("{'descr': '<f8', 'fortran_order': 0, 'shape': ()}"),
        "its fortran_order is 0 and should be True or False"
    );
    assert_eq!(
        cause(&dictionary("'<f8'", "(2, -3)")),
        "its shape is (2, -3) and should be a tuple of whole numbers"
    );
    assert_eq!(
        cause(&dictionary("'<f8'", "6")),
        "its shape is 6 and should be a tuple of whole numbers"
    );
}

#[test]
fn a_shape_beyond_the_address_space_is_refused_before_anything_is_allocated() {
    for (shape, shown) in [
        ("(4294967296, 4294967296)", "(4294967296, 4294967296)"),
        ("(1152921504606846976,)", "(1152921504606846976,)"),
        ("(99999999999999999999,)", "(99999999999999999999,)"),
        ("(4294967296, 4294967296, 0)", "(4294967296, 4294967296, 0)"),
    ] {
        let message = message_of_bytes(&file(&dictionary("'|u1'", shape), &[0; 8]));
        assert_eq!(
            message,
            format!(
                "x.npy has the shape {shown}, too large for this machine to address: check it, or split the array"
            )
        );
    }
}

#[test]
fn a_large_shape_in_a_small_file_costs_nothing() {
    let bytes = file(&dictionary("'<f8'", "(1000000, 1000000)"), &[0; 8]);
    assert_eq!(
        message_of_bytes(&bytes),
        "x.npy is cut short, its data should take 8000000000000 bytes but has 8: copy or fetch the file again"
    );
}

#[test]
fn a_header_of_many_brackets_is_read_in_no_time() {
    for bracket in ["(", "[", "{"] {
        let bytes = file(&dictionary(&bracket.repeat(30_000), "()"), &[]);
        assert!(read_bytes(&bytes).is_err());
    }
}

#[test]
fn values_that_do_not_fill_the_shape_are_not_written() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("x.npy");
    assert_eq!(
        message(write_npy(&path, &[2, 3], &[1.0; 5])),
        "x.npy was not written, the shape (2, 3) takes 6 values but 5 were given: pass one value per entry"
    );
    assert_eq!(
        message(write_npy(&path, &[usize::MAX, 2], &[])),
        format!(
            "x.npy has the shape ({}, 2), too large for this machine to address: check it, or split the array",
            usize::MAX
        )
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_folder_is_reported_when_writing() {
    let folder = TempDir::new().unwrap();
    let message = message(write_npy(&folder.path().join("none/x.npy"), &[], &[1.0]));
    assert!(
        message.starts_with("x.npy cannot be written ("),
        "{message}"
    );
    assert!(
        message.ends_with("check that its folder exists, is writable and has space left"),
        "{message}"
    );
}

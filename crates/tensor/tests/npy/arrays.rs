//! Arrays read are the arrays that were written, by NumPy or by this crate.

use std::fs;
use std::path::Path;

use hntf_tensor::npy::{NpyArray, read_npy, write_npy};
use proptest::prelude::*;
use tempfile::TempDir;

use crate::{dictionary, file, fixture, read_bytes};

fn numpys(name: &str) -> NpyArray {
    read_npy(&fixture(name)).expect(name)
}

#[test]
fn every_type_byte_order_and_memory_order_reads_as_the_same_array() {
    let counts = (0..12).map(f64::from);
    let unsigned: Vec<f64> = counts.clone().map(|n| n * 11.0).collect();
    let signed: Vec<f64> = counts.clone().map(|n| n * 11.0 - 60.0).collect();
    let floats: Vec<f64> = counts.map(|n| (n - 5.0) / 8.0).collect();
    let bools: Vec<f64> = (0..12).map(|n| f64::from(u8::from(n % 3 == 0))).collect();
    for number in [
        "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1",
    ] {
        let expected = match &number[..1] {
            "u" => &unsigned,
            "i" => &signed,
            "f" => &floats,
            _ => &bools,
        };
        let byte_orders: &[&str] = if number.ends_with('1') {
            &["native"]
        } else {
            &["little", "big"]
        };
        for byte_order in byte_orders {
            for order in ["c", "fortran"] {
                let name = format!("{number}-{byte_order}-{order}.npy");
                let array = numpys(&name);
                assert_eq!(array.shape, [2, 3, 2], "{name}");
                assert_eq!(&array.values, expected, "{name}");
            }
        }
    }
}

#[test]
fn the_extremes_of_a_type_keep_their_value() {
    let one = |descr: &str, data: &[u8]| {
        read_bytes(&file(&dictionary(descr, "(1,)"), data))
            .expect(descr)
            .values[0]
    };
    assert_eq!(one("'<i8'", &i64::MIN.to_le_bytes()), -(2_f64.powi(63)));
    assert_eq!(one("'>u8'", &u64::MAX.to_be_bytes()), 2_f64.powi(64));
    assert_eq!(one("'<u4'", &u32::MAX.to_le_bytes()), 4_294_967_295.0);
    assert_eq!(one("'|i1'", &[0x80]), -128.0);
    assert_eq!(one("'|b1'", &[7]), 1.0);
    assert!(one("'<f4'", &f32::NAN.to_le_bytes()).is_nan());
    assert_eq!(
        one("'>f4'", &f32::NEG_INFINITY.to_be_bytes()),
        f64::NEG_INFINITY
    );
    let subnormal = f64::from_bits(1);
    assert_eq!(one("'<f8'", &subnormal.to_le_bytes()), subnormal);
}

#[test]
fn a_single_number_has_no_modes() {
    let array = numpys("scalar.npy");
    assert_eq!((array.shape, array.values), (vec![], vec![2.5]));
}

#[test]
fn an_array_with_an_empty_mode_keeps_its_shape() {
    for name in ["empty-c.npy", "empty-fortran.npy"] {
        let array = numpys(name);
        assert_eq!(
            (array.shape, array.values),
            (vec![3, 0, 2], vec![]),
            "{name}"
        );
    }
}

#[test]
fn later_versions_of_the_format_are_read() {
    for name in ["version-2.npy", "version-3.npy"] {
        assert_eq!(numpys(name).values, [1.0, 2.0], "{name}");
    }
}

#[test]
fn the_spelling_of_the_header_is_free_where_pythons_is() {
    let data = 1.0_f64.to_le_bytes();
    for text in [
        "{'descr':'<f8','fortran_order':False,'shape':()}",
        "{\"shape\": ( 1 , ), \"fortran_order\": True, \"descr\": \"<f8\"}  \n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1L, 1L)}",
    ] {
        let array = read_bytes(&file(text, &data)).expect(text);
        assert_eq!(array.values, [1.0], "{text}");
    }
}

#[test]
fn data_longer_than_a_block_is_read_in_both_orders() {
    let (rows, columns) = (300, 101);
    let data: Vec<u8> = (0..rows * columns)
        .flat_map(|n: u32| n.to_be_bytes())
        .collect();
    let text = dictionary("'>u4'", "(300, 101)");
    let row_major = read_bytes(&file(&text, &data)).expect("C order");
    let text = text
        .replace("False", "True")
        .replace("300, 101", "101, 300");
    let column_major = read_bytes(&file(&text, &data)).expect("Fortran order");
    for row in 0..rows as usize {
        for column in 0..columns as usize {
            let entry = (row * columns as usize + column) as f64;
            assert_eq!(row_major.values[row * columns as usize + column], entry);
            assert_eq!(column_major.values[column * rows as usize + row], entry);
        }
    }
}

#[test]
fn what_is_written_is_what_numpy_writes() {
    let folder = TempDir::new().expect("a temporary folder");
    for name in ["f8-little-c.npy", "scalar.npy", "vector.npy", "empty-c.npy"] {
        let array = numpys(name);
        let path = folder.path().join(name);
        write_npy(&path, &array.shape, &array.values).expect(name);
        assert_eq!(
            fs::read(&path).unwrap(),
            fs::read(fixture(name)).unwrap(),
            "{name}"
        );
    }
}

#[test]
fn writing_replaces_a_file_and_leaves_nothing_else_behind() {
    let folder = TempDir::new().expect("a temporary folder");
    let path = folder.path().join("x.npy");
    fs::write(&path, "an older file").unwrap();
    write_npy(&path, &[2], &[1.0, 2.0]).expect("writes");
    assert_eq!(read_npy(&path).expect("reads").values, [1.0, 2.0]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_written_file_has_the_permissions_of_any_other() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().expect("a temporary folder");
    let (ours, ordinary) = (folder.path().join("x.npy"), folder.path().join("y"));
    write_npy(&ours, &[], &[1.0]).expect("writes");
    fs::write(&ordinary, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&ours), mode(&ordinary));
}

fn arrays() -> impl Strategy<Value = (Vec<usize>, Vec<f64>)> {
    prop::collection::vec(0_usize..5, 0..5).prop_flat_map(|shape| {
        let count: usize = shape.iter().product();
        (Just(shape), prop::collection::vec(any::<f64>(), count))
    })
}

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

proptest! {
    #[test]
    fn an_array_survives_being_written_and_read((shape, values) in arrays()) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("x.npy");
        write_npy(&path, &shape, &values).unwrap();
        let array = read_npy(&path).unwrap();
        prop_assert_eq!(&array.shape, &shape);
        prop_assert_eq!(bits(&array.values), bits(&values));
    }

    #[test]
    fn another_reader_of_the_format_finds_the_same_array((shape, values) in arrays()) {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("x.npy");
        write_npy(&path, &shape, &values).unwrap();
        let other = npyz::NpyFile::new(fs::File::open(&path).unwrap()).unwrap();
        let sizes: Vec<u64> = shape.iter().map(|&size| size as u64).collect();
        prop_assert_eq!(other.shape(), &sizes);
        prop_assert_eq!(bits(&other.into_vec::<f64>().unwrap()), bits(&values));
    }

    #[test]
    fn column_major_files_are_put_into_row_major_order((shape, values) in arrays()) {
        // The first index runs fastest in `values`, so its entry at (i, j, …) is at i + n₁(j + …).
        let text = dictionary("'<f8'", &python_tuple(&shape)).replace("False", "True");
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let array = read_bytes(&file(&text, &data)).unwrap();
        for (position, value) in array.values.iter().enumerate() {
            let (mut rest, mut index) = (position, Vec::new());
            for &size in shape.iter().rev() {
                index.push(rest % size);
                rest /= size;
            }
            // `index` begins with the last mode, as the nested sum wants it.
            let column_major = index
                .iter()
                .zip(shape.iter().rev())
                .fold(0, |sum, (&i, &size)| sum * size + i);
            prop_assert_eq!(value.to_bits(), values[column_major].to_bits());
        }
    }

    #[test]
    fn no_file_however_damaged_brings_the_reader_down(
        name in prop::sample::select(vec!["f8-little-c.npy", "u1-native-fortran.npy", "records.npy"]),
        changes in prop::collection::vec((0_usize..140, any::<u8>()), 0..6),
        length in 0_usize..400,
    ) {
        let mut bytes = fs::read(fixture(name)).unwrap();
        for (position, byte) in changes {
            bytes[position] = byte;
        }
        bytes.truncate(length);
        if let Ok(array) = read_bytes(&bytes) {
            prop_assert_eq!(array.values.len(), array.shape.iter().product::<usize>());
        }
    }
}

fn python_tuple(shape: &[usize]) -> String {
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    format!("({sizes})")
}

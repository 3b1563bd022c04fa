//! Hierarchies through serde: what other programs keep.

use hntf_models::{FirstLayer, FirstLayerFit, Fit, Hierarchy};
use hntf_solvers::{Ncpd, Silent};
use serde_json::{Value, json};

use crate::noisy;
use crate::zoo::specimens;

#[test]
fn the_hierarchies_of_all_models_come_back_as_they_were() {
    for s in specimens() {
        let fitted = s.fit();
        fitted.check().unwrap();
        let text = serde_json::to_string(&fitted).unwrap();
        let read: Hierarchy = serde_json::from_str(&text).unwrap();
        assert!(read == fitted, "{} {}", s.id, s.name);
    }
}

#[test]
fn a_first_layer_comes_back_as_it_was() {
    let data = noisy(&[5, 4, 3], 2, 0.1, &mut numpy_random::RandomState::new(1));
    let fit = Fit::new(&data, &[2], 1);
    let first = FirstLayer::Ncpd(Ncpd::default())
        .fit(&fit, &mut Silent)
        .unwrap();
    let text = serde_json::to_string(&first).unwrap();
    assert_eq!(serde_json::from_str::<FirstLayerFit>(&text).unwrap(), first);
}

/// The first specimen whose relations are many, as JSON.
fn whole() -> Value {
    let s = specimens()
        .into_iter()
        .find(|s| s.id == "standard-hncpd")
        .unwrap();
    serde_json::to_value(s.fit()).unwrap()
}

#[test]
fn a_hierarchy_whose_parts_do_not_fit_is_refused_with_what_does_not() {
    let matrix = |rows: usize, cols: usize| json!({"rows": rows, "cols": cols, "values": vec![0.5; rows * cols]});
    for (pointer, value, words) in [
        ("/layers", json!([]), "no layers"),
        ("/layers/1/topics/0", matrix(8, 2), "topics of layer 1"),
        ("/layers/1/topics", json!([]), "topics of layer 1"),
        (
            "/layers/1/approximation/factors/0",
            matrix(3, 4),
            "layer 1 is of shape [3, 9]",
        ),
        (
            "/layers/0/classifier",
            matrix(2, 3),
            "classifier of layer 0",
        ),
        ("/relations/0/to", json!(7), "none among 3 layers"),
        ("/relations/1/from", json!(2), "none among 3 layers"),
        ("/relations/0/mode", json!(2), "mode 2"),
        ("/relations/0/weights", matrix(2, 2), "not (4, 3)"),
    ] {
        let mut hierarchy = whole();
        *hierarchy.pointer_mut(pointer).unwrap() = value;
        let error = serde_json::from_value::<Hierarchy>(hierarchy)
            .unwrap_err()
            .to_string();
        assert!(error.contains(words), "{pointer}: {error}");
    }
}

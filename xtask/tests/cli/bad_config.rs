//! Configurations that cannot be used as written: each message has a caret under the mistake.

use insta::assert_snapshot;

use crate::lab::{EXPERIMENT, Lab};

/// One test: the experiment with a piece replaced is refused in the words of the snapshot.
macro_rules! mistakes {
    ($($name:ident: $piece:expr => $by:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_snapshot!(stringify!($name), Lab::with($piece, $by).run_refused());
        })*
    };
}

/// One test: the experiment with lines added is refused in the words of the snapshot.
macro_rules! additions {
    ($($name:ident: $lines:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_snapshot!(stringify!($name), Lab::and($lines).run_refused());
        })*
    };
}

mistakes! {
    missing_key: "ranks = [3, 2]\n" => "";
    missing_path: "path = \"x.npy\"\n" => "";
    missing_id: "id = \"multi-hntf\"\n" => "";
    missing_dataset: "[dataset]\nkind = \"file\"\npath = \"x.npy\"\n" => "";
    missing_model: "model = { kind = \"multi-hntf\", iterations = 20 }\n" => "";
    missing_kind: "kind = \"file\"\n" => "";
    missing_methods:
        "[[method]]\nid = \"multi-hntf\"\nlabel = \"Multi-HNTF\"\nmodel = { kind = \"multi-hntf\", iterations = 20 }\n"
        => "";

    misspelt_key: "trials = 2" => "trails = 2";
    misspelt_section: "[dataset]" => "[data-set]";
    misspelt_key_of_a_dataset: "path =" => "pth =";
    misspelt_key_of_a_method: "label =" => "lable =";
    misspelt_key_of_a_model: "iterations = 20" => "iteration = 20";
    misspelt_value_of_a_model: "iterations = 20" => "update = \"dampened\"";

    wrong_type: "trials = 2" => "trials = \"two\"";
    wrong_type_of_a_path: "\"x.npy\"" => "3";
    wrong_type_of_a_flag: "iterations = 20" => "balance = 1";
    wrong_type_of_ranks: "[3, 2]" => "3";
    wrong_type_of_a_model: "{ kind = \"multi-hntf\", iterations = 20 }" => "\"multi-hntf\"";
    wrong_type_of_a_kind: "\"file\"" => "3";
    single_brackets: "[[method]]" => "[method]";
    double_brackets: "[dataset]" => "[[dataset]]";
    negative_rank: "[3, 2]" => "[3, -2]";
    fractional_rank: "[3, 2]" => "[3, 2.5]";
    negative_trials: "trials = 2" => "trials = -1";
    a_model_of_matrices: "\"multi-hntf\", iterations = 20" => "\"hnmf\"";
    a_first_layer_of_no_iterations:
        "iterations = 20" => "first-layer = { stopping = { max-iterations = 0 } }";
    an_unclosed_quote: "\"x.npy\"" => "\"x.npy";
    trials_out_of_range: "trials = 2" => "trials = 99999999999";

    unknown_method: "kind = \"multi-hntf\"" => "kind = \"multi-hnft\"";
    unknown_dataset: "\"file\"" => "\"flie\"";

    ranks_that_do_not_decrease: "[3, 2]" => "[3, 3]";
    no_ranks: "[3, 2]" => "[]";
    rank_zero: "[3, 2]" => "[3, 0]";
    ranks_beyond_the_data: "[3, 2]" => "[21, 2]";
    no_trials: "trials = 2" => "trials = 0";
    no_trials_of_a_method: "label =" => "trials = 0\nlabel =";
    no_layers_of_a_method: "label =" => "layers = 0\nlabel =";
    more_layers_than_ranks: "label =" => "layers = 3\nlabel =";
    too_many_trials: "trials = 2" => "trials = 4000000000";

    id_with_capitals: "id = \"multi-hntf\"" => "id = \"Multi HNTF\"";
    mode_beyond_the_order: "\"multi-hntf\", iterations = 20" => "\"hntf\", mode = 4";
    parameter_out_of_range: "iterations = 20" => "iterations = 0";
    nested_parameter_out_of_range:
        "\"multi-hntf\", iterations = 20" => "\"neural-hncpd\", adam = { step = -1.0, beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8 }";
    too_few_mode_names: "path =" => "modes = [\"a\", \"b\"]\npath =";
    noise_out_of_range: "\"file\"\npath = \"x.npy\"" => "\"synthetic-blocks\"\nnoise = -0.5";

    broken_toml: "[3, 2]" => "[3, 2";
    key_twice: "trials = 2" => "trials = 2\ntrials = 3";
    negative_drift: "label =" => "drift = -1e-6\nlabel =";
    unknown_published_metric: "label =" => "published.values.relativ-error = [0.1]\nlabel =";
    published_topic_loss_of_no_pair: "label =" => "published.values.topic-loss-0-2 = [0.1]\nlabel =";
    more_published_values_than_ranks: "label =" => "published.values.relative-error = [0.1, 0.2, 0.3]\nlabel =";
    infinite_published_value: "label =" => "published.values.relative-error = [0.1, inf]\nlabel =";
    negative_tolerance: "label =" => "published.tolerance = -0.1\nlabel =";
    too_many_digits: "label =" => "published.digits = 30\nlabel =";
}

additions! {
    id_twice: "[[method]]\nid = \"multi-hntf\"\nmodel = { kind = \"ncpd\" }\n";
    view_with_the_id_of_a_method:
        "[[view]]\nid = \"multi-hntf\"\nlabel = \"Best\"\nof = \"multi-hntf\"\naggregate = \"best\"\n";
    view_of_an_unknown_method:
        "[[view]]\nid = \"best\"\nlabel = \"Best\"\nof = \"multi-hnft\"\naggregate = \"best\"\n";
    view_without_a_label: "[[view]]\nid = \"best\"\nof = \"multi-hntf\"\naggregate = \"best\"\n";
    view_with_an_unknown_aggregate:
        "[[view]]\nid = \"best\"\nlabel = \"Best\"\nof = \"multi-hntf\"\naggregate = \"median\"\n";
    view_with_too_many_values:
        "[[view]]\nid = \"best\"\nlabel = \"Best\"\nof = \"multi-hntf\"\naggregate = \"best\"\npublished.values.relative-error = [0.1, 0.2, 0.3]\n";
    unknown_figure: "[[figure]]\nkind = \"projection\"\n";
    figure_of_an_unknown_method: "[[figure]]\nkind = \"relations\"\nmethod = \"multi\"\n";
    figure_without_a_method: "[[figure]]\nkind = \"relations\"\n";
    figure_with_a_key_too_many: "[[figure]]\nkind = \"errors\"\nmethod = \"multi-hntf\"\n";
    figure_twice: "[[figure]]\nkind = \"errors\"\n[[figure]]\nkind = \"errors\"\n";
    figure_with_ranks_beyond_the_data:
        "[[figure]]\nkind = \"projections\"\nmethod = \"multi-hntf\"\nranks = [50, 2]\n";
    figure_with_a_scale_upside_down:
        "[[figure]]\nkind = \"projections\"\nmethod = \"multi-hntf\"\nscale = [3.5, 0.0]\n";
    relations_of_a_flat_model:
        "[[method]]\nid = \"ncpd\"\nmodel = { kind = \"ncpd\" }\n[[figure]]\nkind = \"relations\"\nmethod = \"ncpd\"\n";
}

#[test]
fn projections_of_order_2() {
    let lab = Lab::and("[[figure]]\nkind = \"projections\"\nmethod = \"multi-hntf\"\n");
    lab.tensor("x.npy", &[6, 5]);
    assert_snapshot!(lab.run_refused());
}

#[test]
fn relations_of_one_layer() {
    let lab = Lab::and("[[figure]]\nkind = \"relations\"\nmethod = \"multi-hntf\"\n");
    lab.write("mine.toml", lab.read("mine.toml").replace("[3, 2]", "[3]"));
    assert_snapshot!(lab.run_refused());
}

#[test]
fn no_trials_as_an_option() {
    assert_snapshot!(Lab::new().refused(&["run", "mine.toml", "--trials", "0"]));
}

#[test]
fn no_threads_as_an_option() {
    assert_snapshot!(Lab::new().refused(&["run", "mine.toml", "--threads", "0"]));
}

#[test]
fn no_such_experiment_file() {
    assert_snapshot!(Lab::new().refused(&["run", "yours.toml"]));
}

#[test]
fn a_folder_in_place_of_an_experiment() {
    assert_snapshot!(Lab::new().refused(&["run", "."]));
}

#[test]
fn an_empty_experiment() {
    let lab = Lab::new();
    lab.write("mine.toml", "");
    assert_snapshot!(lab.run_refused());
}

#[test]
fn an_experiment_that_is_not_text() {
    let lab = Lab::new();
    lab.write("mine.toml", [0xff, 0xfe, 0x00]);
    assert_snapshot!(lab.run_refused());
}

#[test]
fn an_experiment_whose_name_cannot_be_a_folder() {
    let lab = Lab::new();
    lab.write("..toml", EXPERIMENT);
    assert_snapshot!(lab.refused(&["run", "..toml"]));
}

#[test]
fn a_tensor_in_place_of_an_experiment() {
    assert_snapshot!(Lab::new().refused(&["run", "x.npy"]));
}

#[test]
fn the_name_of_an_experiment_in_place_of_a_file() {
    let said = Lab::new().refused(&["run", "synthetic"]);
    let expected = "error: synthetic: no such file, but there is an experiment of that name: cargo xtask reproduce synthetic\n";
    assert_eq!(said, expected);
}

#[test]
fn a_file_in_place_of_the_name_of_an_experiment() {
    let lab = Lab::new();
    lab.write("own/mine.toml", EXPERIMENT);
    let said = lab.refused(&["reproduce", "own/mine.toml"]);
    let expected = "error: own/mine.toml: a file; experiments of the repository go by their name, and a file of your own is run with: cargo xtask run own/mine.toml\n";
    assert_eq!(said, expected);
}

#[test]
fn data_that_cannot_be_fetched_is_pointed_to() {
    let said = Lab::new().refused(&["fetch", "twitter"]);
    assert!(said.contains("stands in datasets/README.md"), "{said}");
}

#[test]
fn a_data_folder_that_does_not_exist() {
    let said = Lab::new().refused(&["run", "mine.toml", "--data-dir", "no/folder"]);
    assert!(
        said.contains("--data-dir no/folder: no such folder"),
        "{said}"
    );
}

#[test]
fn an_unknown_experiment_of_the_repository() {
    let said = Lab::new().refused(&["reproduce", "sinthetic"]);
    assert!(said.contains("no experiment `sinthetic`"), "{said}");
    assert!(said.contains("did you mean `synthetic`?"), "{said}");
}

//! What a change of an experiment or of its data costs: the fits that depend on it, and no other.

use std::fs;

use hntf_run::Record;

use crate::lab::Lab;

const RUN: [&str; 2] = ["run", "mine.toml"];

/// Documents of two classes in one CSV file, with a model that learns the labels and one that does
/// not; two trials each.
const LABELLED: &str = r#"ranks = [3, 2]
trials = 2
metrics = ["relative-error", "accuracy"]
topics = { methods = ["plain"], words = 3 }

[dataset]
kind = "corpus"
path = "posts.csv"
labels = true
read = { text-column = "text", label-column = "topic" }
text = { min-df = 1 }

[[method]]
id = "plain"
model = { kind = "hnmf", nmf.start = "random" }

[[method]]
id = "supervised"
model = { kind = "supervised-hnmf" }
"#;

const POSTS: &str = "topic,text
tea,green leaf cup
tea,black leaf cup water
tea,green tea leaf
tea,white leaf water
coffee,roast bean cup
coffee,dark bean roast
coffee,bean milk roast water
coffee,dark roast cup
";

fn labelled() -> Lab {
    let lab = Lab::new();
    lab.write("mine.toml", LABELLED);
    lab.write("posts.csv", POSTS);
    let printed = lab.done(&RUN);
    assert!(printed.contains("4 fits: 4 models fitted."), "{printed}");
    lab
}

fn values(lab: &Lab, method: &str, metric: &str) -> Vec<f64> {
    let record = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
    let cells = record.cells().iter();
    let cells = cells.filter(|c| c.method == method && c.metric == metric);
    let values: Vec<f64> = cells.map(|c| c.value).collect();
    assert!(!values.is_empty(), "{method} {metric}");
    values
}

#[test]
fn a_label_that_is_flipped_costs_the_fits_that_learn_it() {
    let lab = labelled();
    let all = |lab: &Lab, metric| ["plain", "supervised"].map(|m| values(lab, m, metric));
    let (errors, accuracies) = (all(&lab, "relative-error"), all(&lab, "accuracy"));
    // One that models see: the second document of its class.
    lab.edit("posts.csv", "coffee,dark bean roast", "tea,dark bean roast");
    let (printed, said) = lab.done_saying(&RUN);
    assert_eq!(said, "2 of 4 fits are kept from earlier runs\n");
    assert!(printed.contains("4 fits: 2 models fitted."), "{printed}");
    assert_eq!(all(&lab, "relative-error")[0], errors[0]);
    assert_ne!(all(&lab, "relative-error")[1], errors[1]);
    // The old fit's accuracy is measured anew, as a run without a store does it.
    let again = lab.results("out/mine");
    let [plain, _] = all(&lab, "accuracy");
    assert_ne!(plain, accuracies[0]);
    fs::remove_dir_all(lab.path("out/store")).unwrap();
    assert!(lab.done(&RUN).contains("4 fits: 4 models fitted."));
    assert!(again == lab.results("out/mine"));
    // And back: everything is still known.
    lab.done(&[&RUN[..], &["--store", "other"]].concat());
    lab.write("posts.csv", POSTS);
    lab.done(&RUN);
    assert_eq!(all(&lab, "accuracy"), accuracies);
}

#[test]
fn a_word_that_is_renamed_costs_nothing() {
    let lab = labelled();
    let before = lab.read("out/mine/cells.csv");
    assert!(lab.read("out/mine/topics.md").contains("leaf"));
    // It stands at the same place of the vocabulary.
    lab.write("posts.csv", POSTS.replace("leaf", "leaves"));
    let printed = lab.done(&RUN);
    assert!(printed.contains("4 fits: none was made"), "{printed}");
    let topics = lab.read("out/mine/topics.md");
    assert!(
        topics.contains("leaves") && !topics.contains("leaf "),
        "{topics}"
    );
    assert_eq!(lab.read("out/mine/cells.csv"), before);
}

#[test]
fn an_entry_that_is_changed_costs_all_fits() {
    let lab = Lab::new();
    lab.done(&RUN);
    let mut bytes = fs::read(lab.path("x.npy")).unwrap();
    // The last bit of the last entry.
    let at = bytes.len() - 8;
    bytes[at] ^= 1;
    lab.write("x.npy", bytes);
    assert!(lab.done(&RUN).contains("2 fits: 2 models fitted."));
}

#[test]
fn more_trials_cost_as_many_fits_as_are_new() {
    let random =
        "\n[[method]]\nid = \"random\"\nmodel = { kind = \"ncpd\", ncpd.start = \"random\" }\n";
    let lab = Lab::and(random);
    let ran = |trials: &str| lab.done(&[&RUN[..], &["--trials", trials]].concat());
    assert!(ran("2").contains("4 fits: 4 models fitted."));
    let two = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
    // Two more of each of two methods.
    assert!(ran("4").contains("8 fits: 4 models fitted."));
    let four = Record::read(&lab.path("out/mine/cells.csv")).unwrap();
    let of_two = four.cells().iter().filter(|c| c.trial < 2);
    assert!(of_two.eq(two.cells()));
    assert!(ran("3").contains("6 fits: none was made"));
}

#[test]
fn another_experiment_on_the_same_data_finds_the_same_fits() {
    let lab = Lab::new();
    lab.done(&RUN);
    let other = lab
        .read("mine.toml")
        .replace("multi-hntf\"\nlabel = \"Multi-HNTF", "m\"\nlabel = \"M");
    assert!(other.contains("id = \"m\""));
    lab.write("other.toml", other);
    let printed = lab.done(&["run", "other.toml"]);
    assert!(printed.contains("2 fits: none was made"), "{printed}");
}

#[test]
fn the_store_says_what_it_has_and_is_cleared_of_it_alone() {
    let lab = Lab::new();
    lab.done(&[&RUN[..], &["--trials", "3"]].concat());
    let store = |action| lab.done(&["store", action, "--store", "out/store"]);
    let size = store("size");
    assert!(
        size.starts_with("out/store: ") && size.contains(" KiB ("),
        "{size}"
    );
    // A start that draws nothing has one first layer for all seeds.
    assert!(size.ends_with(" (3 fits, 1 first layer)\n"), "{size}");

    let list = store("list");
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert!(lines.is_sorted());
    for seed in 0..3 {
        let what = format!("  fit, multi-hntf, ranks 3-2, seed {seed}, of 6×5×4 data ");
        let of_seed = lines.iter().filter(|line| line.contains(&what));
        assert_eq!(of_seed.count(), 1, "{list}");
    }
    assert!(
        list.contains("  first layer, ncpd, ranks 3, seed 0, of 6×5×4 data "),
        "{list}"
    );

    lab.write("out/store/notes.txt", "mine");
    lab.write("out/store/ab/notes.txt", "mine");
    lab.write("out/store/.new-left/arrays.npz", "half");
    assert_eq!(store("clear"), "out/store: 4 entries removed\n");
    let left = lab.names("out/store");
    assert_eq!(left, ["ab", "ab/notes.txt", "notes.txt", "store.json"]);
    assert!(store("size").ends_with(" (empty)\n"));
    assert_eq!(store("list"), "");
    assert!(lab.done(&RUN).contains("2 fits: 2 models fitted."));
}

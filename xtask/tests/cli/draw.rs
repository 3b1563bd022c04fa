//! `draw`: everything a reader sees, again, without a fit.

use crate::lab::{EXPERIMENT, Lab};

const DRAW: [&str; 2] = ["draw", "mine.toml"];

const ADDED: &str = "\n[[method]]\nid = \"hncpd\"\nmodel = { kind = \"standard-hncpd\" }\n";

fn title_of_figure(lab: &Lab) -> String {
    let data = lab.read("out/mine/figures/errors.json");
    let data: serde_json::Value = serde_json::from_str(&data).unwrap();
    data["title"].as_str().unwrap().to_owned()
}

#[test]
fn another_title_costs_no_fit() {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    let before = lab.results("out/mine");
    let again = lab.done(&DRAW);
    assert!(lab.results("out/mine") == before, "nothing has changed");
    let line = "2 fits: none was made, all were kept. Written to out/mine: table.md, cells.csv, ";
    assert!(again.contains(line), "{again}");

    lab.edit("mine.toml", "A small tensor", "Another title");
    let printed = lab.done(&DRAW);
    assert!(printed.contains(line), "{printed}");
    assert!(printed.starts_with("Another title\n"), "{printed}");
    let table = lab.read("out/mine/table.md");
    assert!(table.starts_with("# Another title\n"), "{table}");
    let title = title_of_figure(&lab);
    assert!(title.contains("Another title"), "{title}");
    let cells = std::path::Path::new("cells.csv");
    assert!(lab.results("out/mine")[cells] == before[cells]);
}

#[test]
fn fewer_methods_and_more_figures_cost_no_fit() {
    let lab = Lab::and(ADDED);
    lab.done(&["run", "mine.toml"]);
    let figure = "\n[[figure]]\nkind = \"projections\"\nmethod = \"multi-hntf\"\n";
    lab.write("mine.toml", format!("{EXPERIMENT}{figure}"));
    let printed = lab.done(&DRAW);
    assert!(printed.contains("2 fits: none was made"), "{printed}");
    let names = lab.names("out/mine");
    let has = |name: &str| names.iter().any(|n| n == name);
    assert!(has("figures/projections-multi-hntf.pdf") && !has("figures/errors.json"));
    assert!(has("factors/multi-hntf") && !has("factors/hncpd"));
}

#[test]
fn a_method_that_was_added_is_missed_and_nothing_is_touched() {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    lab.write("mine.toml", format!("{EXPERIMENT}{ADDED}"));
    // Exit code 2, and not a file is written.
    let said = lab.refused(&DRAW);
    let expected = "error: 2 of 4 fits are not in the store out/store (the first is hncpd trial 0); nothing was written: fit them with cargo xtask run mine.toml\n";
    assert_eq!(said, expected);
    let said = lab.refused(&[&DRAW[..], &["--trials", "3"]].concat());
    assert!(said.starts_with("error: 4 of 6 fits"), "{said}");
    assert!(said.ends_with("mine.toml --trials 3\n"), "{said}");
    lab.done(&["run", "mine.toml"]);
    assert!(lab.done(&DRAW).contains("4 fits: none was made"));
}

#[test]
fn ranks_of_a_figure_that_were_never_fitted_are_missed() {
    let lab = Lab::new();
    lab.done(&["run", "mine.toml"]);
    let figure = "\n[[figure]]\nkind = \"projections\"\nmethod = \"multi-hntf\"\nranks = [4, 2]\n";
    lab.write("mine.toml", format!("{EXPERIMENT}{figure}"));
    let said = lab.refused(&DRAW);
    assert!(
        said.contains("at ranks [4, 2]); nothing was written"),
        "{said}"
    );
    assert!(
        lab.done(&["run", "mine.toml"])
            .contains("2 fits: 1 model fitted.")
    );
    assert!(lab.done(&DRAW).contains("2 fits: none was made"));
}

#[test]
fn without_a_store_nothing_is_drawn_and_none_is_made() {
    let said = Lab::new().refused(&DRAW);
    assert!(
        said.starts_with("error: 2 of 2 fits are not in the store out/store"),
        "{said}"
    );
}

/// A method whose steps are so long that its factors overflow.
const WILD: &str = r#"
[[method]]
id = "wild"
model = { kind = "neural-nmf", start = "uniform", training = "gradient", gradient = { step = 1e200, clamp = false } }
"#;

#[test]
fn fits_that_failed_are_known_from_the_results() {
    let lab = Lab::and(WILD);
    lab.tensor("x.npy", &[8, 7]);
    let ran = lab.done(&["run", "mine.toml"]);
    assert!(ran.contains("4 fits: 4 models fitted."), "{ran}");
    let before = lab.results("out/mine");
    for _ in 0..2 {
        let printed = lab.done(&DRAW);
        assert!(printed.contains("4 fits: none was made"), "{printed}");
        assert!(lab.results("out/mine") == before);
    }
    let manifest = lab.read("out/mine/manifest.json");
    assert_eq!(manifest.matches("\"failed\"").count(), 2, "{manifest}");
    // A model that was changed since is another one, of which nothing is known.
    lab.edit("mine.toml", "step = 1e200", "step = 1e-6");
    let said = lab.refused(&DRAW);
    assert!(said.contains("2 of 4 fits are not in the store"), "{said}");
    assert!(said.contains("the first is wild trial 0"), "{said}");
}

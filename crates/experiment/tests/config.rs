//! Claims, topics, the choice of ranks and figures that cannot be used as written: each message has a caret under the
//! mistake.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

use hntf_experiment::Experiment;
use insta::assert_snapshot;

const HEAD: &str = r#"ranks = [3, 2]
dataset = { kind = "synthetic-blocks" }
[[method]]
id = "multi-hntf"
model = { kind = "multi-hntf", iterations = 2 }
[[view]]
id = "best"
label = "Best"
of = "multi-hntf"
aggregate = "best"
"#;

/// What is said of the experiment with lines added, when it is read or prepared.
fn refused(lines: &str) -> String {
    // Keys of the experiment have to stand before the first section.
    let of_top = |line: &&str| line.starts_with("trials = ") || line.starts_with("metrics = ");
    let at = lines
        .split_inclusive('\n')
        .take_while(of_top)
        .map(str::len)
        .sum();
    let (top, lines) = lines.split_at(at);
    let text = format!("{top}{HEAD}{lines}");
    let experiment = match Experiment::parse("tiny.toml".as_ref(), &text) {
        Ok(experiment) => experiment,
        Err(error) => return error.to_string(),
    };
    match experiment.prepare() {
        Ok(_) => panic!("{text}\nwas taken"),
        Err(error) => error.to_string(),
    }
}

macro_rules! mistakes {
    ($($name:ident: $lines:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_snapshot!(stringify!($name), refused($lines));
        })*
    };
}

mistakes! {
    rank_choice_of_one_trial: "[rank-choice]\n";
    rank_choice_of_a_method_with_one_trial: "[rank-choice]\nmethods = [\"multi-hntf\"]\n";
    rank_choice_of_an_unknown_method: "[rank-choice]\nmethods = [\"best\"]\n";
    rank_choice_of_no_methods: "[rank-choice]\nmethods = []\n";
    rank_choice_with_a_misspelt_key: "[rank-choice]\nheld_out = 0.1\n";
    rank_choice_with_single_brackets_too_many: "[[rank-choice]]\nmode = 1\n";
    rank_choice_by_mode_0: "trials = 3\n[rank-choice]\nmode = 0\n";
    rank_choice_by_a_mode_there_is_not: "trials = 3\n[rank-choice]\nmode = 4\n";
    rank_choice_that_holds_all_out: "trials = 3\n[rank-choice]\nheld-out = 1.0\n";
    rank_choice_with_a_threshold_beyond_reach: "trials = 3\n[rank-choice]\nstable = 90\n";
    rank_choice_with_a_negative_margin: "trials = 3\n[rank-choice]\nnear = -0.1\n";
    figure_of_no_rank_choice: "[[figure]]\nkind = \"rank-choice\"\n";
    metric_of_no_rank_choice:
        "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\nmetric = \"stability\"\n";

    metric_that_needs_labels:
        "metrics = [\"relative-error\", \"accuracy\"]\n";
    metric_that_needs_a_part_left_out: "metrics = [\"proxy-error\"]\n";
    metric_that_needs_known_groups: "metrics = [\"topic-loss-0-1\"]\n";
    metric_that_needs_entries_held_out:
        "trials = 3\nmetrics = [\"held-out-error\"]\n[rank-choice]\n";
    claim_whose_metric_needs_labels:
        "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\nmetric = \"accuracy-of-layer\"\n";

    claim_of_an_unknown_row: "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hnft\"]\n";
    claim_of_one_row: "[[claim]]\ntext = \"\"\norder = [\"best\"]\n";
    claim_without_an_order: "[[claim]]\ntext = \"\"\n";
    claim_without_words: "[[claim]]\norder = [\"best\", \"multi-hntf\"]\n";
    topics_without_methods: "[topics]\nwords = 3\n";
    claim_of_an_unknown_metric:
        "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\nmetric = \"relativ-error\"\n";
    claim_of_a_layer_there_is_not:
        "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\nlayers = [1, 2]\n";
    claim_of_no_layers: "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\nlayers = []\n";
    claim_with_a_negative_tolerance:
        "[[claim]]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\ntolerance = -0.1\n";
    claim_with_single_brackets: "[claim]\ntext = \"\"\norder = [\"best\", \"multi-hntf\"]\n";
    claim_with_a_misspelt_key: "[[claim]]\ntext = \"\"\nodrer = [\"best\", \"multi-hntf\"]\n";

    topics_of_an_unknown_method: "[topics]\nmethods = [\"multi-hntf\", \"hnmf\"]\n";
    topics_in_the_order_of_an_unknown_method:
        "[topics]\nmethods = [\"multi-hntf\"]\nreference = \"multi\"\n";
    topics_in_an_unknown_order: "[topics]\nmethods = [\"multi-hntf\"]\norder = \"three\"\n";
    topics_that_match_nothing: "[topics]\nmethods = [\"multi-hntf\"]\nmatch-words = 0\n";
    published_topics_of_no_rank:
        "[topics]\nmethods = [\"multi-hntf\"]\n[topics.published]\n4 = [[\"a\"]]\n";
    published_topic_without_words:
        "[topics]\nmethods = [\"multi-hntf\"]\n[topics.published]\n2 = [[\"a\"], []]\n";
    published_topics_that_are_no_lists:
        "[topics]\nmethods = [\"multi-hntf\"]\n[topics.published]\n2 = [\"a\", \"b\"]\n";
    topics_of_data_without_names: "[topics]\nmethods = [\"multi-hntf\"]\n";

    topic_maps_of_an_unknown_method: "[[figure]]\nkind = \"topics\"\nmethod = \"multi\"\n";
    topic_maps_scaled_in_an_unknown_way:
        "[[figure]]\nkind = \"topics\"\nmethod = \"multi-hntf\"\nscaled = \"mean\"\n";
    convergence_of_an_unknown_method:
        "[[figure]]\nkind = \"convergence\"\nmethods = [\"multi-hntf\", \"best\"]\n";
    convergence_of_no_methods: "[[figure]]\nkind = \"convergence\"\nmethods = []\n";
    convergence_of_a_layer_there_is_not: "[[figure]]\nkind = \"convergence\"\nlayers = [2]\n";
    convergence_of_no_layers: "[[figure]]\nkind = \"convergence\"\nlayers = []\n";
    topics_with_a_misspelt_key: "[topics]\nmetods = [\"multi-hntf\"]\n";
    errors_of_an_unknown_metric: "[[figure]]\nkind = \"errors\"\nmetric = \"accurcy\"\n";
    errors_of_a_metric_that_needs_labels: "[[figure]]\nkind = \"errors\"\nmetric = \"accuracy\"\n";
}

#[test]
fn what_compares_trials_may_have_been_published_where_trials_are_compared() {
    let published = "trials = 3\n".to_owned()
        + &HEAD.replace(
            "iterations = 2 }\n",
            "iterations = 2 }\npublished.values.stability = [0.9, 1.0]\ndrift-of.stability = 1e-3\n",
        );
    let parse = |text: &str| Experiment::parse("tiny.toml".as_ref(), text);
    let said = parse(&published).err().unwrap().to_string();
    assert!(said.contains("add a section [rank-choice]"), "{said}");
    let experiment = parse(&format!("{published}[rank-choice]\n")).unwrap();
    let method = &experiment.methods[0];
    assert_eq!(method.published.values["stability"], [0.9, 1.0]);
    assert_eq!(method.drift.allowed("stability"), 1e-3);
}

#[test]
fn a_first_layer_may_take_the_factors_of_the_data_as_they_are() {
    let zero = "first-layer = { start = \"data\", stopping.max-iterations = 0 }";
    let text = HEAD.replace("iterations = 2", zero);
    let experiment = Experiment::parse("tiny.toml".as_ref(), &text).unwrap();
    assert!(experiment.prepare().is_ok());
    let text = text.replace("\"data\"", "\"random\"");
    let experiment = Experiment::parse("tiny.toml".as_ref(), &text).unwrap();
    let said = experiment.prepare().err().unwrap().to_string();
    assert!(said.contains("a first layer of 0 iterations"), "{said}");
}

#[test]
fn data_of_too_many_entries_to_go_through_hold_none_out() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("x.tns"),
        "1 1 1 2.0\n3000 3000 3000 1.0\n",
    )
    .unwrap();
    let text = "ranks = [1]\ntrials = 2\ndataset = { kind = \"tns\", path = \"x.tns\" }\n[rank-choice]\nheld-out = 1e-9\n[[method]]\nid = \"m\"\nmodel = { kind = \"ncpd\" }\n";
    let experiment = Experiment::parse(&folder.path().join("tiny.toml"), text).unwrap();
    let refused = experiment.prepare().err().unwrap().to_string();
    assert!(refused.contains("2.7e10 entries"), "{refused}");
    assert!(
        refused.contains(":5:12"),
        "the place of the share: {refused}"
    );
}

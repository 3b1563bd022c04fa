//! What holds for every registered model, data set and figure, unasked.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

#[path = "../../run/tests/common/mod.rs"]
mod common;

use common::{experiment, on, tensor, with_fits, with_run};
use hntf_experiment::Experiment;
use hntf_experiment::figures::FIGURES;
use hntf_experiment::registry::{DATASETS, Entry, MODELS};
use hntf_report::draw;
use toml::{Table, Value};

fn kind(id: &str) -> Table {
    Table::from_iter([("kind".to_owned(), Value::from(id))])
}

/// The parameters a data set or figure cannot do without.
fn needed(id: &str) -> Table {
    let (key, value) = match id {
        "file" => ("path", "x.npy"),
        "corpus" | "document-tensor" => ("path", "posts.jsonl"),
        "tns" => ("path", "x.tns"),
        "matrix-market" => ("path", "x.mtx"),
        "projections" | "relations" | "confusion" | "topics" => ("method", "model"),
        _ => return Table::new(),
    };
    Table::from_iter([(key.to_owned(), Value::from(value))])
}

/// The text of an experiment of these sections; the method's id is `model`.
fn text(model: Table, dataset: Table, figure: Option<Table>) -> String {
    let mut method = Table::new();
    method.insert("id".to_owned(), "model".into());
    method.insert("model".to_owned(), model.into());
    let mut experiment = Table::new();
    experiment.insert("ranks".to_owned(), vec![3, 2].into());
    experiment.insert("dataset".to_owned(), dataset.into());
    experiment.insert("method".to_owned(), vec![Value::from(method)].into());
    let figures: Vec<Value> = figure.into_iter().map(Value::from).collect();
    experiment.insert("figure".to_owned(), figures.into());
    toml::to_string(&experiment).unwrap()
}

fn of_file(model: Table) -> String {
    let mut dataset = kind("file");
    dataset.extend(needed("file"));
    text(model, dataset, None)
}

/// Documents with two classes, and the section that reads them.
fn labelled_corpus(folder: &std::path::Path) -> Table {
    let post = |i: usize| {
        let (class, words) = [("sky", "star moon orbit"), ("earth", "soil seed rain")][i % 2];
        let word = ["comet", "mirror", "rose", "leaf"][i % 4];
        format!("{{\"text\": \"{words} {word}\", \"class\": \"{class}\"}}\n")
    };
    let posts: String = (0..12).map(post).collect();
    std::fs::write(folder.join("posts.jsonl"), posts).unwrap();
    let mut dataset = kind("corpus");
    dataset.extend(needed("corpus"));
    dataset.insert("labels".to_owned(), true.into());
    let columns = Table::from_iter([("label-column".to_owned(), Value::from("class"))]);
    dataset.insert("read".to_owned(), columns.into());
    dataset
}

fn read(text: &str) -> Experiment {
    experiment(std::path::Path::new(""), text)
}

fn check_ids<T: ?Sized>(entries: &[Entry<T>]) {
    for (i, entry) in entries.iter().enumerate() {
        let id = entry.id;
        let kebab = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        assert!(id.split('-').all(kebab), "{id} is not kebab-case");
        assert!(
            entries[..i].iter().all(|e| e.id != id),
            "{id} is listed twice"
        );
        assert!(
            !entry.summary.is_empty() && !entry.summary.contains('\n'),
            "{id}"
        );
    }
}

#[test]
fn ids_are_unique_and_kebab_case_and_described() {
    check_ids(MODELS);
    check_ids(DATASETS);
    check_ids(FIGURES);
    assert!(MODELS.iter().all(|e| !e.citation.is_empty()));
    assert!(DATASETS.iter().all(|e| !e.citation.is_empty()));
}

#[test]
fn the_listed_defaults_of_a_model_are_what_it_uses() {
    for entry in MODELS {
        let id = entry.id;
        let defaults: Table = toml::from_str(&(entry.defaults)()).unwrap();
        assert!(!defaults.is_empty(), "{id} lists no defaults");
        let unsaid = read(&of_file(kind(id)));
        assert_eq!(unsaid.methods[0].model.parameters, defaults, "{id}");
        let mut said = kind(id);
        said.extend(defaults.clone());
        assert_eq!(
            read(&of_file(said)).methods[0].model.parameters,
            defaults,
            "{id}"
        );
    }
}

#[test]
fn parameters_of_a_data_set_go_round() {
    for entry in DATASETS {
        let mut section = kind(entry.id);
        section.extend(needed(entry.id));
        let once = read(&text(kind("ncpd"), section, None)).dataset.parameters;
        let mut section = kind(entry.id);
        section.extend(once.clone());
        let twice = read(&text(kind("ncpd"), section, None)).dataset.parameters;
        assert_eq!(once, twice, "{}", entry.id);
    }
}

#[test]
fn no_section_takes_a_key_it_does_not_know() {
    let spoil = |mut section: Table| {
        section.insert("no-such-key".to_owned(), 1.into());
        section
    };
    let mut texts: Vec<String> = Vec::new();
    texts.extend(MODELS.iter().map(|e| of_file(spoil(kind(e.id)))));
    for (ids, is_dataset) in [
        (DATASETS.iter().map(|e| e.id).collect::<Vec<_>>(), true),
        (FIGURES.iter().map(|e| e.id).collect(), false),
    ] {
        for id in ids {
            let mut section = spoil(kind(id));
            section.extend(needed(id));
            texts.push(if is_dataset {
                text(kind("ncpd"), section, None)
            } else {
                text(kind("ncpd"), kind("synthetic-blocks"), Some(section))
            });
        }
    }
    for text in texts {
        let message = Experiment::parse("x.toml".as_ref(), &text)
            .err()
            .unwrap()
            .to_string();
        assert!(message.contains("unknown key `no-such-key`"), "{message}");
    }
}

#[test]
fn every_model_runs_on_any_order_the_same_for_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for shape in [&[7, 6][..], &[5, 6, 4], &[4, 3, 3, 5]] {
        tensor(folder.path(), shape);
        for entry in MODELS {
            let id = entry.id;
            let mut model = kind(id);
            if id == "neural-hncpd" {
                model.insert("epochs".to_owned(), 300.into());
            }
            // Some models are of matrices, and of those some need labels.
            let (matrices_only, supervised) = (
                id.contains("hnmf") || id == "neural-nmf",
                id.starts_with("supervised"),
            );
            if (matrices_only || supervised) && shape.len() != 2 {
                continue;
            }
            let text = if supervised {
                text(model, labelled_corpus(folder.path()), None)
            } else {
                of_file(model)
            };
            let text = text.replacen("ranks", "trials = 2\nranks", 1);
            let experiment = experiment(folder.path(), &text);
            let prepared = experiment.prepare().unwrap_or_else(|e| panic!("{id}: {e}"));
            let fits = |threads| {
                with_run(&prepared, on(threads), |fits| {
                    (fits.record.clone(), fits.summaries.clone())
                })
            };
            let ((one, summaries), (two, _)) = (fits(1), fits(2));
            assert_eq!(one, two, "{id} on {shape:?}");
            assert!(summaries.iter().all(|f| !f.failed), "{id} on {shape:?}");
            for layer in [0, 1] {
                let errors: Vec<_> = one.trials("model", layer, "relative-error").collect();
                assert!(errors.len() >= 2, "{id} on {shape:?}");
                let fair = errors.iter().all(|(_, e)| (0.0..=1.0).contains(e));
                assert!(fair, "{id} on {shape:?}, layer {layer}: {errors:?}");
            }
        }
    }
}

#[test]
fn every_figure_can_be_drawn() {
    let folder = tempfile::tempdir().unwrap();
    tensor(folder.path(), &[5, 6, 4]);
    for entry in FIGURES {
        let mut figure = kind(entry.id);
        figure.extend(needed(entry.id));
        let dataset = if entry.id == "confusion" {
            labelled_corpus(folder.path())
        } else {
            let mut dataset = kind("file");
            dataset.extend(needed("file"));
            dataset
        };
        let mut text = text(kind("multi-hntf"), dataset, Some(figure));
        if entry.id == "rank-choice" {
            text = format!("trials = 2\n{text}\n[rank-choice]\n");
        }
        let experiment = experiment(folder.path(), &text);
        with_fits(&experiment, |fits| {
            let drawn = draw(&experiment.figures[0].value, fits).unwrap().unwrap();
            let svg = drawn.draw().unwrap().svg().unwrap();
            assert!(svg.contains("</svg>"), "{}", entry.id);
        });
    }
}

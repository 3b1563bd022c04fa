//! What is said of documents and options that make no tensor.

use hntf_datasets::document_tensor::{DocumentTensorSource, EmptyCells, Normalise, Period};
use hntf_datasets::text::Norm;
use tempfile::TempDir;

use crate::{POSTS, read, source, words};

/// What a user reads, the folder left out.
fn refused(posts: &str, change: impl FnOnce(&mut DocumentTensorSource)) -> String {
    let said = read(posts, change).unwrap_err().to_string();
    let start = said.find("posts.csv").unwrap_or(0);
    said[start..].to_owned()
}

#[test]
fn broken_quotes_are_an_error_with_the_line() {
    let posts = "who,when,text\na,2016-01-01,fine\na,2016-01-02,\"open\na,2016-01-03,lost\n";
    let said = refused(posts, |_| {});
    assert!(
        said.starts_with("posts.csv, line 3: found a quote that is never closed"),
        "{said}"
    );
}

#[test]
fn a_missing_column_is_named() {
    let said = refused(POSTS, |s| s.read.author_column = Some("whom".to_owned()));
    assert!(
        said.contains("no column `whom` (did you mean `who`?)"),
        "{said}"
    );
}

#[test]
fn an_author_and_a_time_column_are_needed() {
    let said = refused(POSTS, |s| s.read.author_column = None);
    assert!(
        said.contains("needs an author") && said.contains("author-column"),
        "{said}"
    );
    let said = refused(POSTS, |s| s.read.time_column = None);
    assert!(
        said.contains("needs a time") && said.contains("time-column"),
        "{said}"
    );
    let folder = TempDir::new().unwrap();
    let said = source(|_| {}).read(folder.path()).unwrap_err().to_string();
    assert!(said.contains("a folder of texts has no columns"), "{said}");
}

#[test]
fn an_unreadable_time_is_an_error_with_the_line() {
    let posts = POSTS.replace("2016-03-01,", "1 March 2016,");
    let said = refused(&posts, |_| {});
    assert!(
        said.starts_with("posts.csv, line 2: found \"1 March 2016\" as the time, expected"),
        "{said}"
    );
}

#[test]
fn a_document_without_author_or_time_is_an_error_with_the_line() {
    let said = refused(&POSTS.replace("ann,2016-03", ",2016-03"), |_| {});
    assert!(
        said.starts_with("posts.csv, line 2: the document has no author"),
        "{said}"
    );
    let said = refused(&POSTS.replace("2016-03-02", ""), |_| {});
    assert!(
        said.starts_with("posts.csv, line 7: the document has no time"),
        "{said}"
    );
}

#[test]
fn an_author_who_wrote_nothing_is_named() {
    let named = ["ann", "bobby"].map(str::to_owned).to_vec();
    let said = refused(POSTS, |s| s.authors = Some(named));
    assert_eq!(
        said,
        "posts.csv: no document is by the author `bobby` (did you mean `bob`?); its authors: ann, bob"
    );
}

#[test]
fn an_empty_cell_is_an_error_unless_it_is_allowed() {
    // In April there is nothing of Ann's.
    let said = refused(POSTS, |_| {});
    assert!(
        said.contains("the author `ann` has no document in the period Apr 2016 (1 of 6 cells"),
        "{said}"
    );
    let made = read(POSTS, |s| s.empty_cells = EmptyCells::Allow).unwrap();
    assert_eq!((made.periods.len(), made.empty), (3, 1));
    assert_eq!(words(&made, "ann", "Apr 2016"), "");
}

#[test]
fn a_cell_of_stop_words_is_empty_too() {
    let posts = "who,when,text\na,2016-01-01,word\nb,2016-01-01,I\n";
    let said = refused(posts, |_| {});
    assert!(
        said.contains("`b` has no word of the vocabulary in the period Jan 2016"),
        "{said}"
    );
    let allowed = |normalise| {
        let made = read(posts, |s| {
            s.empty_cells = EmptyCells::Allow;
            s.normalise = normalise;
        });
        made.unwrap().tensor.nnz()
    };
    assert_eq!(
        [Normalise::Cell, Normalise::Author, Normalise::None].map(allowed),
        [1; 3]
    );
}

#[test]
fn bounds_without_documents_between_them_are_an_error() {
    let said = refused(POSTS, |s| {
        s.first = Some("2017-01-01".parse().unwrap());
        s.last = Some("2017-12-31".parse().unwrap());
    });
    assert_eq!(
        said,
        "posts.csv: none of the 6 documents lies between 2017-01-01 and 2017-12-31"
    );
    let said = refused(POSTS, |s| s.first = Some("2017-01-01".parse().unwrap()));
    assert!(said.contains("none of the 6 documents"), "{said}");
}

#[test]
fn a_mistyped_year_does_not_ask_for_all_the_memory() {
    let mut posts = POSTS.replace("ann,2016-03-01", "ann,9999-12-31");
    for i in 0..10 {
        posts.push_str(&format!("author{i},0001-01-01,hello\n"));
    }
    let said = refused(&posts, |s| s.period = Period::Day);
    assert!(said.contains("are more than 10000000 cells"), "{said}");
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let date = |text: &str| text.parse().unwrap();
    let edges = |list: &[&str]| Period::Edges(list.iter().map(|d| date(d)).collect());
    let said = |change: &dyn Fn(&mut DocumentTensorSource)| refused(POSTS, |s| change(s));
    assert!(said(&|s| s.month_begins = 29).starts_with("month-begins = 29"));
    assert!(said(&|s| s.month_begins = 0).starts_with("month-begins = 0"));
    let week = said(&|s| {
        s.month_begins = 7;
        s.period = Period::Week;
    });
    assert!(week.starts_with("month-begins = 7"), "{week}");
    assert!(said(&|s| s.period = edges(&["2016-01-01"])).starts_with("period = 1 dates"));
    let falling = said(&|s| s.period = edges(&["2016-01-02", "2016-01-02"]));
    assert!(
        falling.starts_with("period = 2016-01-02 before"),
        "{falling}"
    );
    let bounded = said(&|s| {
        s.period = edges(&["2016-01-01", "2016-01-02"]);
        s.last = Some(date("2016-01-01"));
    });
    assert!(bounded.starts_with("last = 2016-01-01"), "{bounded}");
    let crossed = said(&|s| {
        s.first = Some(date("2016-02-02"));
        s.last = Some(date("2016-02-01"));
    });
    assert!(crossed.starts_with("first = 2016-02-02"), "{crossed}");
    assert!(said(&|s| s.authors = Some(vec![])).starts_with("authors = []"));
    let twice = vec!["ann".to_owned(), "ann".to_owned()];
    assert!(said(&|s| s.authors = Some(twice.clone())).starts_with("authors = ann twice"));
    assert!(said(&|s| s.text.norm = Norm::L1).starts_with("text.norm"));
}

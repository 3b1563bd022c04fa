//! 20 Newsgroups as a configuration names it.

use super::{ARCHIVE, NewsgroupsOptions, load, validate};
use crate::text::{FittedText, Scaling, TextOptions};
use crate::{About, Dataset, DatasetError, Field, LabelSet, NamedSource, Origin, Places, Source};

impl NamedSource for NewsgroupsOptions {
    const ABOUT: About = About {
        id: "newsgroups",
        summary: "20 Newsgroups, by date: words × posts with two sets of labels",
        citation: "Lang 1995; the protocol of Vendrow, Haddock & Needell, ICASSP 2022",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    const TABLES: &'static [(&'static str, &'static [Field])] = &[("text", TextOptions::FIELDS)];

    fn with_defaults() -> Self {
        Self::default()
    }
}

impl Source for NewsgroupsOptions {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let path = places.find(Origin::Fetched("newsgroups"), &[ARCHIVE, "20news-bydate"])?;
        // The official archive exists in several compressions: what is in it is what counts.
        validate(&path)?;
        let newsgroups = load(&path, self)?;
        let empty = newsgroups.matrix.empty_columns().len();
        let (nnz, posts) = (newsgroups.matrix.nnz(), newsgroups.posts);
        let (tensor, vocabulary) = newsgroups.matrix.into_tensor()?;
        let set = |name: &str, classes: Vec<String>, of: Vec<usize>| LabelSet {
            name: name.to_owned(),
            classes,
            of,
            known: newsgroups.labelled.clone(),
        };
        let notes = vec![format!(
            "{} words × {} posts, {nnz} nonzeros; vocabulary and weights learnt from {posts} posts; {empty} posts are empty once headers, footers, quotes and stop words are gone.",
            vocabulary.len(),
            newsgroups.documents.len(),
        )];
        let mode_names = vec!["word".to_owned(), "post".to_owned()];
        Ok(Dataset {
            items: vec![Some(vocabulary), Some(newsgroups.documents)],
            labels: vec![
                set("group", newsgroups.classes, newsgroups.class_of),
                set(
                    "subject",
                    newsgroups.super_classes,
                    newsgroups.super_class_of,
                ),
            ],
            notes,
            text: Some(FittedText::new(0, newsgroups.fitted, Scaling::None)),
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}

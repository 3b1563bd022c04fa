//! A tensor of documents as a configuration names it.

use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use super::Period;
use crate::DatasetError;
use crate::corpus::CorpusOptions;
use crate::newsgroups::PerGroup;
use crate::text::{Norm, TextOptions};

parameters! {
    /// Documents with an author and a time, as a tensor authors × periods × words.
    ///
    /// The documents of each author in each period, a cell, are joined in the order of time (at the
    /// same time in that of the file) with a space between them. Every joined text is a document to the
    /// text options: `min-df` counts cells, and the inverse document frequency is that over all cells.
    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "kebab-case")]
    pub struct DocumentTensorSource {
        /// The CSV file or JSON lines; a relative path starts from the folder of the configuration.
        pub path: PathBuf,
        /// How it is read; `author-column` and `time-column` must be given.
        #[serde(default)]
        pub read: CorpusOptions,
        /// From text to words and weights. Its `norm` stays as it is: `normalise` stands for it.
        #[serde(default)]
        pub text: TextOptions,
        /// What an index of the time mode covers: `"month"` (the default), `"week"` (of ISO 8601, from
        /// Monday), `"day"`, or a list of dates, each the first day of a period and the end of the one
        /// before, the last one an end only. Days are those of UTC.
        #[serde(default)]
        pub period: Period,
        /// The day that months begin on, 1 to 28. Default: 1, calendar months.
        #[serde(default = "one")]
        pub month_begins: i8,
        /// The first day: documents before it are left out. Default: that of the first document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub first: Option<Date>,
        /// The last day: documents after it are left out. Default: that of the last document.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub last: Option<Date>,
        /// The authors, in the order of their mode; the documents of others are left out. Default: all,
        /// sorted by name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub authors: Option<Vec<String>>,
        /// How many documents of a cell are used: a number, or `"all"` (the default).
        #[serde(default = "all")]
        pub documents_per_cell: PerGroup,
        /// Which ones, where a cell has more. Default: `last`.
        #[serde(default)]
        pub take: Take,
        /// Seed of the choice by chance. Default: 0.
        #[serde(default)]
        pub seed: u32,
        /// What becomes of a cell without documents, or without a word. Default: `refuse`.
        #[serde(default)]
        pub empty_cells: EmptyCells,
        /// What is scaled to have the Euclidean norm 1. Default: `cell`.
        #[serde(default)]
        pub normalise: Normalise,
    }
}

fn one() -> i8 {
    1
}

fn all() -> PerGroup {
    PerGroup::All
}

/// Which documents of a cell are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Take {
    /// The earliest.
    First,
    /// The latest.
    #[default]
    Last,
    /// Those that a generator seeded once, going through the cells author by author, permutes to
    /// the front, as NumPy's `RandomState.permutation` does.
    Random,
}

/// What becomes of empty cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmptyCells {
    /// They are an error.
    #[default]
    Refuse,
    /// They are zeros; they still count as documents where weights are learnt.
    Allow,
}

/// What is scaled to have the Euclidean norm 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Normalise {
    /// The words of every cell.
    #[default]
    Cell,
    /// All words of an author, over all periods.
    Author,
    /// Nothing.
    None,
}

impl DocumentTensorSource {
    /// All defaults, for a file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            read: CorpusOptions::default(),
            text: TextOptions::default(),
            period: Period::default(),
            month_begins: one(),
            first: None,
            last: None,
            authors: None,
            documents_per_cell: all(),
            take: Take::default(),
            seed: 0,
            empty_cells: EmptyCells::default(),
            normalise: Normalise::default(),
        }
    }

    /// Checks what does not depend on the documents.
    pub(super) fn check(&self) -> Result<(), DatasetError> {
        let wrong = |parameter, found: String, expected| {
            Err(DatasetError::Parameter {
                parameter,
                found,
                expected,
            })
        };
        self.period.check()?;
        let begins = self.month_begins;
        if !(1..=28).contains(&begins) {
            let expected = "a day that every month has is needed, 1 to 28";
            return wrong("month-begins", begins.to_string(), expected);
        }
        if begins != 1 && self.period != Period::Month {
            let expected = "only a `period` of \"month\" begins on a day of the month";
            return wrong("month-begins", begins.to_string(), expected);
        }
        let bounded = self.first.map(|day| ("first", day));
        let bounded = bounded.or_else(|| self.last.map(|day| ("last", day)));
        match (&self.period, bounded) {
            (Period::Edges(_), Some((key, day))) => {
                let expected = "a `period` of dates has its own bounds: leave this out";
                return wrong(key, day.to_string(), expected);
            }
            _ if self.first > self.last && self.last.is_some() => {
                let found = self.first.map(|day| day.to_string()).unwrap_or_default();
                return wrong("first", found, "the first day cannot come after `last`");
            }
            _ => {}
        }
        if let Some(authors) = &self.authors {
            let repeated = |(i, author): &(usize, &String)| authors[..*i].contains(author);
            if authors.is_empty() {
                let expected = "name one author or more, or leave it out for all";
                return wrong("authors", "[]".to_owned(), expected);
            }
            if let Some((_, author)) = authors.iter().enumerate().find(repeated) {
                let expected = "each author can stand in the list once";
                return wrong("authors", format!("{author} twice"), expected);
            }
        }
        if self.text.norm != Norm::L2 {
            let expected = "cells are scaled by `normalise` of the data set: leave the norm out";
            return wrong("text.norm", format!("{:?}", self.text.norm), expected);
        }
        Ok(())
    }
}

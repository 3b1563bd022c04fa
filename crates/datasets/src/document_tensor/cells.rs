//! Which documents make up which cell.

use std::path::Path;

use jiff::civil::{Date, DateTime};
use numpy_random::RandomState;

use super::period::Periods;
use super::time::parse_time;
use super::{At, DocumentTensorError, DocumentTensorSource, Take};
use crate::corpus::{Corpus, Document};

/// The most cells: beyond, the periods are not what was meant.
const MOST_CELLS: usize = 10_000_000;

/// The documents of every cell.
pub(super) struct Cells<'c> {
    pub(super) authors: Vec<String>,
    pub(super) periods: Vec<String>,
    /// The documents used of each cell in the order of time; cell a·P + p is that of author a and
    /// period p.
    pub(super) documents: Vec<Vec<&'c Document>>,
    /// Documents of the cells before some were taken.
    pub(super) available: usize,
}

/// A document with its author's number and its time.
type Dated<'c> = (usize, DateTime, &'c Document);

impl<'c> Cells<'c> {
    pub(super) fn choose(
        path: &Path,
        corpus: &'c Corpus,
        options: &DocumentTensorSource,
    ) -> Result<Self, DocumentTensorError> {
        let (authors, mut dated) = read(path, corpus, options.authors.as_deref())?;
        let days = || dated.iter().map(|(_, time, _)| time.date());
        let first = options.first.or_else(|| days().min()).unwrap_or(Date::MAX);
        let last = options.last.or_else(|| days().max()).unwrap_or(Date::MIN);
        let periods = Periods::new(&options.period, options.month_begins, first, last);
        let width = periods.names.len();
        if authors.len().saturating_mul(width) > MOST_CELLS {
            return Err(DocumentTensorError::TooManyCells {
                path: path.to_owned(),
                authors: authors.len(),
                periods: width,
                limit: MOST_CELLS,
            });
        }

        let documents = dated.len();
        // Stable, so that documents of the same time keep the file's order.
        dated.sort_by_key(|(_, time, _)| *time);
        let mut cells = vec![Vec::new(); authors.len() * width];
        for (author, time, document) in dated {
            if let Some(period) = periods.find(time.date()) {
                cells[author * width + period].push(document);
            }
        }
        let available = cells.iter().map(Vec::len).sum();
        if available == 0 {
            return Err(DocumentTensorError::NoneInTime {
                path: path.to_owned(),
                documents,
                first: first.to_string(),
                last: last.to_string(),
            });
        }
        let mut random = RandomState::new(options.seed);
        for cell in &mut cells {
            take(cell, options, &mut random);
        }
        Ok(Self {
            authors,
            periods: periods.names,
            documents: cells,
            available,
        })
    }

    /// Documents used.
    pub(super) fn used(&self) -> usize {
        self.documents.iter().map(Vec::len).sum()
    }
}

/// The authors, and the documents by them.
fn read<'c>(
    path: &Path,
    corpus: &'c Corpus,
    chosen: Option<&[String]>,
) -> Result<(Vec<String>, Vec<Dated<'c>>), DocumentTensorError> {
    let mut known = Vec::with_capacity(corpus.documents.len());
    let mut times = Vec::with_capacity(corpus.documents.len());
    for document in &corpus.documents {
        let no_value = |what| DocumentTensorError::NoValue {
            path: path.to_owned(),
            document: At::of(document),
            what,
        };
        let author = document.author.as_ref();
        known.push(author.ok_or_else(|| no_value("author"))?);
        let text = document.time.as_ref().ok_or_else(|| no_value("time"))?;
        times.push(parse_time(text).ok_or_else(|| DocumentTensorError::Time {
            path: path.to_owned(),
            document: At::of(document),
            found: text.clone(),
        })?);
    }
    let mut sorted: Vec<String> = known.iter().map(|author| (*author).clone()).collect();
    sorted.sort_unstable();
    sorted.dedup();
    let authors = chosen.map_or_else(|| sorted.clone(), <[String]>::to_vec);
    if let Some(author) = authors.iter().find(|a| sorted.binary_search(a).is_err()) {
        return Err(DocumentTensorError::UnknownAuthor {
            path: path.to_owned(),
            author: author.clone(),
            known: sorted,
        });
    }
    // From the sorted names to the order asked for.
    let mut number = vec![None; sorted.len()];
    for (i, author) in authors.iter().enumerate() {
        if let Ok(at) = sorted.binary_search(author) {
            number[at] = Some(i);
        }
    }
    let dated = corpus.documents.iter().zip(known).zip(times);
    let dated = dated.filter_map(|((document, author), time)| {
        let author = number[sorted.binary_search(author).ok()?]?;
        Some((author, time, document))
    });
    let dated = dated.collect();
    Ok((authors, dated))
}

/// Leaves as many documents of a cell as are asked for, in their order.
fn take(cell: &mut Vec<&Document>, options: &DocumentTensorSource, random: &mut RandomState) {
    let wanted = options.documents_per_cell.of(cell.len());
    if wanted >= cell.len() {
        return;
    }
    match options.take {
        Take::First => cell.truncate(wanted),
        Take::Last => {
            cell.drain(..cell.len() - wanted);
        }
        Take::Random => {
            let mut chosen = random.permutation(cell.len());
            chosen.truncate(wanted);
            chosen.sort_unstable();
            *cell = chosen.into_iter().map(|i| cell[i]).collect();
        }
    }
}

//! Counting terms, in parallel over chunks of documents, with the same result for any number of
//! threads: chunks have a fixed size and are merged in order.

use std::collections::HashMap;

use rayon::prelude::*;
use sprs::CsMat;

use super::analyze::Analyzer;
use super::error::TextError;

/// Documents counted together. Large enough that a chunk's own table of terms pays.
const CHUNK: usize = 256;

/// Occurrences of terms: terms × documents, by columns.
pub(super) type Counts = CsMat<u32>;

/// Columns of counts while they are found, terms ascending within each.
struct Columns {
    starts: Vec<usize>,
    terms: Vec<usize>,
    counts: Vec<u32>,
}

impl Columns {
    fn new() -> Self {
        Self {
            starts: vec![0],
            terms: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// Appends a document, given the term of each occurrence in any order.
    fn push_occurrences(&mut self, occurrences: &mut [usize]) {
        occurrences.sort_unstable();
        for run in occurrences.chunk_by(|a, b| a == b) {
            self.terms.push(run[0]);
            self.counts
                .push(u32::try_from(run.len()).unwrap_or(u32::MAX));
        }
        self.starts.push(self.terms.len());
    }

    /// Appends the documents of `other` after renaming its terms; a term renamed to `None` is
    /// dropped.
    fn append(&mut self, other: &Counts, rename: impl Fn(usize) -> Option<usize>) {
        let mut column = Vec::new();
        for document in other.outer_iterator() {
            column.clear();
            let entries = document.iter();
            column.extend(entries.filter_map(|(term, count)| Some((rename(term)?, *count))));
            column.sort_unstable();
            self.terms.extend(column.iter().map(|&(term, _)| term));
            self.counts.extend(column.iter().map(|&(_, count)| count));
            self.starts.push(self.terms.len());
        }
    }

    /// The counts of `terms` terms.
    fn finish(self, terms: usize) -> Counts {
        let shape = (terms, self.starts.len() - 1);
        Counts::new_csc(shape, self.starts, self.terms, self.counts)
    }
}

/// The same counts of `terms` terms with other names; a term renamed to `None` is dropped.
pub(super) fn renamed(
    counts: &Counts,
    terms: usize,
    rename: impl Fn(usize) -> Option<usize>,
) -> Counts {
    let mut renamed = Columns::new();
    renamed.append(counts, rename);
    renamed.finish(terms)
}

/// For each term the number of documents it occurs in.
pub(super) fn document_frequencies(counts: &Counts) -> Vec<usize> {
    let mut frequencies = vec![0; counts.rows()];
    for &term in counts.indices() {
        frequencies[term] += 1;
    }
    frequencies
}

/// For each term the number of its occurrences.
pub(super) fn occurrences(counts: &Counts) -> Vec<u64> {
    let mut occurrences = vec![0; counts.rows()];
    for (&term, &count) in counts.indices().iter().zip(counts.data()) {
        occurrences[term] += u64::from(count);
    }
    occurrences
}

/// Counts every term there is. Returns the terms, sorted by code points, and their counts.
pub(super) fn count_all<D: AsRef<str> + Sync>(
    analyzer: &Analyzer,
    documents: &[D],
) -> Result<(Vec<String>, Counts), TextError> {
    let chunks = by_chunk(documents, |first, chunk| {
        let mut ids = HashMap::new();
        let mut columns = Columns::new();
        count_into(&mut columns, analyzer, first, chunk, |term| {
            Some(intern(&mut ids, term))
        })?;
        let counts = columns.finish(ids.len());
        Ok((ids, counts))
    })?;

    let mut ids = HashMap::new();
    let mut columns = Columns::new();
    for (chunk_ids, chunk_counts) in chunks {
        let mut rename = vec![0; chunk_ids.len()];
        for (term, id) in chunk_ids {
            let next = ids.len();
            rename[id] = *ids.entry(term).or_insert(next);
        }
        columns.append(&chunk_counts, |id| Some(rename[id]));
    }

    // The order in which terms were met is arbitrary; that of their code points is not.
    let mut sorted: Vec<(String, usize)> = ids.into_iter().collect();
    sorted.sort_unstable();
    let mut rank = vec![0; sorted.len()];
    for (position, (_, id)) in sorted.iter().enumerate() {
        rank[*id] = position;
    }
    let terms = sorted.len();
    let counts = renamed(&columns.finish(terms), terms, |id| Some(rank[id]));
    let vocabulary = sorted.into_iter().map(|(term, _)| term).collect();
    Ok((vocabulary, counts))
}

/// Counts the terms of a vocabulary, and in every document the occurrences of others.
pub(super) fn count_known<D: AsRef<str> + Sync>(
    analyzer: &Analyzer,
    documents: &[D],
    ids: &HashMap<String, usize>,
) -> Result<(Counts, Vec<usize>), TextError> {
    let chunks = by_chunk(documents, |first, chunk| {
        let mut columns = Columns::new();
        let unknown = count_into(&mut columns, analyzer, first, chunk, |term| {
            ids.get(term).copied()
        })?;
        Ok((columns.finish(ids.len()), unknown))
    })?;
    let mut columns = Columns::new();
    let mut unknown = Vec::with_capacity(documents.len());
    for (counts, of_chunk) in &chunks {
        columns.append(counts, Some);
        unknown.extend_from_slice(of_chunk);
    }
    Ok((columns.finish(ids.len()), unknown))
}

/// Works on chunks in parallel; `work` is told the position of a chunk's first document. Of
/// several errors the first document's is returned.
fn by_chunk<D: Sync, R: Send>(
    documents: &[D],
    work: impl Fn(usize, &[D]) -> Result<R, TextError> + Sync,
) -> Result<Vec<R>, TextError> {
    let results: Vec<_> = documents
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(index, chunk)| work(index * CHUNK, chunk))
        .collect();
    results.into_iter().collect()
}

/// Counts the terms that have an id, and returns how many have none in every document.
fn count_into<D: AsRef<str>>(
    columns: &mut Columns,
    analyzer: &Analyzer,
    first: usize,
    documents: &[D],
    mut id_of: impl FnMut(&str) -> Option<usize>,
) -> Result<Vec<usize>, TextError> {
    let mut occurrences = Vec::new();
    let mut unknown = Vec::with_capacity(documents.len());
    for (offset, document) in documents.iter().enumerate() {
        occurrences.clear();
        let mut without = 0;
        let terms = analyzer.for_each_term(document.as_ref(), |term| match id_of(term) {
            Some(id) => occurrences.push(id),
            None => without += 1,
        });
        terms.map_err(|costly| costly.on(first + offset))?;
        columns.push_occurrences(&mut occurrences);
        unknown.push(without);
    }
    Ok(unknown)
}

/// The number of a term, a new one if it is met for the first time.
fn intern(ids: &mut HashMap<String, usize>, term: &str) -> usize {
    if let Some(&id) = ids.get(term) {
        return id;
    }
    let id = ids.len();
    ids.insert(term.to_owned(), id);
    id
}

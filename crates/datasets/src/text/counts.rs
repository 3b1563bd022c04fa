//! Counting terms, in parallel over chunks of documents, with the same result for any number of
//! threads: chunks have a fixed size and are merged in order.

use std::collections::HashMap;

use rayon::prelude::*;

use super::TextError;
use super::analyze::Analyzer;

/// Documents counted together. Large enough that a chunk's own table of terms pays.
const CHUNK: usize = 256;

/// Occurrences of terms, compressed by documents, terms ascending within a document.
pub(super) struct Counts {
    pub(super) indptr: Vec<usize>,
    pub(super) terms: Vec<usize>,
    pub(super) counts: Vec<u32>,
}

impl Counts {
    fn new() -> Self {
        Self {
            indptr: vec![0],
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
        self.indptr.push(self.terms.len());
    }

    /// Appends the documents of `other` after renaming its terms; a term renamed to `None` is
    /// dropped.
    fn append(&mut self, other: &Self, rename: impl Fn(usize) -> Option<usize>) {
        let mut column = Vec::new();
        for range in other.indptr.windows(2) {
            let entries = range[0]..range[1];
            column.clear();
            column.extend(entries.filter_map(|k| Some((rename(other.terms[k])?, other.counts[k]))));
            column.sort_unstable();
            self.terms.extend(column.iter().map(|&(term, _)| term));
            self.counts.extend(column.iter().map(|&(_, count)| count));
            self.indptr.push(self.terms.len());
        }
    }

    /// The same counts with other names of terms; a term renamed to `None` is dropped.
    pub(super) fn renamed(&self, rename: impl Fn(usize) -> Option<usize>) -> Self {
        let mut renamed = Self::new();
        renamed.append(self, rename);
        renamed
    }

    pub(super) fn documents(&self) -> usize {
        self.indptr.len() - 1
    }

    /// For each of `terms` terms the number of documents it occurs in.
    pub(super) fn document_frequencies(&self, terms: usize) -> Vec<usize> {
        let mut frequencies = vec![0; terms];
        for &term in &self.terms {
            frequencies[term] += 1;
        }
        frequencies
    }

    /// For each of `terms` terms the number of its occurrences.
    pub(super) fn occurrences(&self, terms: usize) -> Vec<u64> {
        let mut occurrences = vec![0; terms];
        for (&term, &count) in self.terms.iter().zip(&self.counts) {
            occurrences[term] += u64::from(count);
        }
        occurrences
    }
}

/// Counts every term there is. Returns the terms, sorted by code points, and their counts.
pub(super) fn count_all<D: AsRef<str> + Sync>(
    analyzer: &Analyzer,
    documents: &[D],
) -> Result<(Vec<String>, Counts), TextError> {
    let chunks = by_chunk(documents, |first, chunk| {
        let mut ids = HashMap::new();
        let mut counts = Counts::new();
        count_into(&mut counts, analyzer, first, chunk, |term| {
            Some(intern(&mut ids, term))
        })?;
        Ok((ids, counts))
    })?;

    let mut ids = HashMap::new();
    let mut counts = Counts::new();
    for (chunk_ids, chunk_counts) in chunks {
        let mut rename = vec![0; chunk_ids.len()];
        for (term, id) in chunk_ids {
            let next = ids.len();
            rename[id] = *ids.entry(term).or_insert(next);
        }
        counts.append(&chunk_counts, |id| Some(rename[id]));
    }

    // The order in which terms were met is arbitrary; that of their code points is not.
    let mut sorted: Vec<(String, usize)> = ids.into_iter().collect();
    sorted.sort_unstable();
    let mut rank = vec![0; sorted.len()];
    for (position, (_, id)) in sorted.iter().enumerate() {
        rank[*id] = position;
    }
    let counts = counts.renamed(|id| Some(rank[id]));
    let vocabulary = sorted.into_iter().map(|(term, _)| term).collect();
    Ok((vocabulary, counts))
}

/// Counts the terms of a vocabulary only.
pub(super) fn count_known<D: AsRef<str> + Sync>(
    analyzer: &Analyzer,
    documents: &[D],
    ids: &HashMap<String, usize>,
) -> Result<Counts, TextError> {
    let chunks = by_chunk(documents, |first, chunk| {
        let mut counts = Counts::new();
        count_into(&mut counts, analyzer, first, chunk, |term| {
            ids.get(term).copied()
        })?;
        Ok(counts)
    })?;
    let mut counts = Counts::new();
    for chunk in &chunks {
        counts.append(chunk, Some);
    }
    Ok(counts)
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

fn count_into<D: AsRef<str>>(
    counts: &mut Counts,
    analyzer: &Analyzer,
    first: usize,
    documents: &[D],
    mut id_of: impl FnMut(&str) -> Option<usize>,
) -> Result<(), TextError> {
    let mut occurrences = Vec::new();
    for (offset, document) in documents.iter().enumerate() {
        occurrences.clear();
        analyzer
            .for_each_term(document.as_ref(), |term| occurrences.extend(id_of(term)))
            .map_err(|costly| costly.on(first + offset))?;
        counts.push_occurrences(&mut occurrences);
    }
    Ok(())
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

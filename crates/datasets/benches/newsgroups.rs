//! From posts to topics on 20 Newsgroups: TF-IDF, one iteration of NMF, a layer of Multi-HNTF. Needs
//! the collection, in the folder that HNTF_DATA_DIR names.
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that cannot be set up has failed"
)]
#![allow(missing_docs, reason = "criterion's macros write the public items")]
#![allow(clippy::print_stdout, reason = "a skipped benchmark says so")]

use std::path::PathBuf;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use hntf_datasets::NewsgroupsOptions;
use hntf_datasets::newsgroups::{ARCHIVE, load, read_posts};
use hntf_datasets::text::Vectorizer;
use hntf_models::{Fit, Model, MultiHntf};
use hntf_solvers::{Ncpd, Silent, Start, Stopping, Update};
use hntf_tensor::SparseTensor;
use numpy_random::RandomState;

/// The archive, or a note that there is none.
#[allow(
    clippy::disallowed_methods,
    reason = "where the data lies is the user's to say"
)]
fn archive() -> Option<PathBuf> {
    let folder = std::env::var_os("HNTF_DATA_DIR").map(PathBuf::from);
    let found = folder
        .map(|folder| folder.join(ARCHIVE))
        .filter(|p| p.is_file());
    if found.is_none() {
        println!("skipped: HNTF_DATA_DIR does not name a folder with {ARCHIVE}");
    }
    found
}

/// 45,534 words × 1,000 posts.
fn matrix(archive: &std::path::Path) -> SparseTensor {
    let loaded = match load(archive, &NewsgroupsOptions::default()) {
        Ok(loaded) => loaded.matrix.into_tensor(),
        Err(error) => panic!("{error}"),
    };
    match loaded {
        Ok((tensor, _)) => tensor,
        Err(error) => panic!("{error}"),
    }
}

fn tf_idf(c: &mut Criterion) {
    let Some(archive) = archive() else { return };
    let options = NewsgroupsOptions::default();
    let read = || read_posts(&archive, options.split, &options.groups, &options.remove);
    let posts = match read() {
        Ok(posts) => posts,
        Err(error) => panic!("{error}"),
    };
    let texts: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    let vectorizer = match Vectorizer::new(&options.text) {
        Ok(vectorizer) => vectorizer,
        Err(error) => panic!("{error}"),
    };
    let mut group = c.benchmark_group("20 Newsgroups, ten groups, 5,616 posts");
    group.sample_size(10);
    group.bench_function("read and cleaned", |b| b.iter(read));
    group.bench_function("TF-IDF", |b| b.iter(|| vectorizer.fit_transform(&texts)));
    group.finish();
}

fn factorizations(c: &mut Criterion) {
    let Some(archive) = archive() else { return };
    let data = matrix(&archive);
    let start = Start::Ssnmf
        .factors(&data, 10, &mut RandomState::new(0))
        .unwrap();
    let mut group = c.benchmark_group("20 Newsgroups, 45,534 × 1,000, rank 10");
    for (name, update) in [("MU", Update::MuSsnmf), ("HALS", Update::Hals)] {
        // As in a real fit, the error is evaluated after every iteration.
        let stopping = Stopping {
            check_every: 1,
            ..Stopping::after(10)
        };
        let nmf = Ncpd {
            update,
            start: Start::Ssnmf,
            stopping,
            ..Ncpd::default()
        };
        group.sample_size(20);
        group.bench_function(format!("10 iterations of {name}"), |b| {
            let run = |start| nmf.fit_from(&data, start, &mut Silent);
            b.iter_batched(|| start.clone(), run, BatchSize::LargeInput);
        });
    }
    let first = match Ncpd::ssnmf(800).fit(&data, 10, &mut RandomState::new(0), &mut Silent) {
        Ok(first) => first.into(),
        Err(error) => panic!("{error}"),
    };
    let fit = Fit::new(&data, &[10, 6], 0);
    let model = MultiHntf::default();
    group.bench_function("Multi-HNTF: a layer 10→6 of 800 iterations", |b| {
        b.iter(|| model.stack(&fit, &first, &mut Silent));
    });
    group.finish();
}

criterion_group!(benches, tf_idf, factorizations);
criterion_main!(benches);

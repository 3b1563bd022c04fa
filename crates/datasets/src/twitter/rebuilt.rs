//! The tensor made again from a collection of tweets.

use std::path::Path;

use jiff::civil::date;

use super::options::{ACCOUNTS, Twitter, TwitterPeriod};
use crate::corpus::CorpusOptions;
use crate::document_tensor::{DocumentTensorSource, EmptyCells, Take};
use crate::{Dataset, DatasetError};

pub(super) fn load(path: &Path, twitter: &Twitter) -> Result<Dataset, DatasetError> {
    let named = |column: &str| Some(column.to_owned());
    let (month_begins, first, last) = match twitter.period {
        TwitterPeriod::MonthFrom7th => (7, date(2016, 2, 7), date(2016, 12, 6)),
        TwitterPeriod::CalendarMonth => (1, date(2016, 2, 1), date(2016, 11, 30)),
    };
    let source = DocumentTensorSource {
        read: CorpusOptions {
            author_column: named("account"),
            time_column: named("created_at_utc"),
            ..CorpusOptions::default()
        },
        text: twitter.text.clone(),
        month_begins,
        first: Some(first),
        last: Some(last),
        authors: Some(ACCOUNTS.map(str::to_owned).to_vec()),
        documents_per_cell: twitter.tweets_per_cell,
        take: Take::Last,
        empty_cells: EmptyCells::Refuse,
        ..DocumentTensorSource::new(path.to_owned())
    };
    let made = source.read(path)?;
    let note = made.note("tweets");
    let mut dataset = made.into_dataset(note);
    dataset.notes.push(
        "Rebuilt from a public collection of the same accounts' tweets: close to the authors' \
         tensor of 8 × 10 × 12,721, not identical to it."
            .to_owned(),
    );
    Ok(dataset)
}

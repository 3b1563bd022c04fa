//! Time cut into periods.

use std::fmt;

use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::SerializeSeq;
use serde::{Deserialize, Serialize, Serializer};

use crate::DatasetError;

/// What one index of the time mode covers: `"month"`, `"week"`, `"day"` or a list of dates.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Period {
    /// A month, from the day that `month-begins` names.
    #[default]
    Month,
    /// A week of ISO 8601, from Monday.
    Week,
    /// A day.
    Day,
    /// From each date to the day before the next one.
    Edges(Vec<Date>),
}

/// Periods in the order of time, without gaps, and their names.
pub(super) struct Periods {
    /// First days, ascending.
    starts: Vec<Date>,
    /// What lies outside belongs to no period.
    first: Date,
    last: Date,
    pub(super) names: Vec<String>,
}

impl Periods {
    /// The periods from the one that `first` is in to the one that `last` is in; a list of dates
    /// has its own bounds.
    pub(super) fn new(period: &Period, month_begins: i8, first: Date, last: Date) -> Self {
        let (starts, first, last) = match period {
            Period::Edges(edges) => {
                let end = edges.last().and_then(|end| end.yesterday().ok());
                let starts = edges[..edges.len().saturating_sub(1)].to_vec();
                let first = starts.first().copied().unwrap_or(first);
                (starts, first, end.unwrap_or(last))
            }
            Period::Month => (
                starts(month(first, month_begins), 1.month(), last),
                first,
                last,
            ),
            Period::Week => (starts(monday(first), 1.week(), last), first, last),
            Period::Day => (starts(first, 1.day(), last), first, last),
        };
        let names = names(period, month_begins, &starts);
        Self {
            starts,
            first,
            last,
            names,
        }
    }

    /// The number of a day's period, if it has one.
    pub(super) fn find(&self, day: Date) -> Option<usize> {
        if day < self.first || day > self.last {
            return None;
        }
        let begun = self.starts.partition_point(|start| *start <= day);
        begun.checked_sub(1)
    }
}

/// `start`, and every later one, one `step` after the other, that does not come after `last`.
fn starts(start: Date, step: Span, last: Date) -> Vec<Date> {
    let mut starts = Vec::new();
    let mut next = Some(start);
    // Time ends with the year 9999: there is no next start then.
    while let Some(start) = next.filter(|start| *start <= last) {
        starts.push(start);
        next = start.checked_add(step).ok();
    }
    starts
}

/// The last day numbered `begins` up to `day`.
fn month(day: Date, begins: i8) -> Date {
    let back = if day.day() < begins { 1 } else { 0 };
    let shifted = day.first_of_month().checked_sub(back.months());
    let start = shifted.and_then(|first| first.checked_add(i64::from(begins - 1).days()));
    start.unwrap_or(day)
}

fn monday(day: Date) -> Date {
    let back = i64::from(day.weekday().to_monday_zero_offset());
    day.checked_sub(back.days()).unwrap_or(day)
}

fn names(period: &Period, month_begins: i8, starts: &[Date]) -> Vec<String> {
    // Within twelve months a shifted month is known by its first day alone.
    let years_differ = starts.len() > 12;
    let name = |start: &Date| match period {
        Period::Month if month_begins == 1 => start.strftime("%b %Y").to_string(),
        Period::Month if years_differ => start.strftime("%-d %b %Y").to_string(),
        Period::Month => start.strftime("%-d %b").to_string(),
        Period::Week => {
            let week = start.iso_week_date();
            format!("{}-W{:02}", week.year(), week.week())
        }
        Period::Day | Period::Edges(_) => start.to_string(),
    };
    starts.iter().map(name).collect()
}

impl Period {
    /// Checks what the type leaves open.
    pub(super) fn check(&self) -> Result<(), DatasetError> {
        let wrong = |found: String| {
            Err(DatasetError::Parameter {
                parameter: "period",
                found,
                expected: "a list of edges needs two dates or more, each later than the one before",
            })
        };
        let Self::Edges(edges) = self else {
            return Ok(());
        };
        if edges.len() < 2 {
            return wrong(format!("{} dates", edges.len()));
        }
        match edges.windows(2).find(|pair| pair[0] >= pair[1]) {
            Some(pair) => wrong(format!("{} before {}", pair[0], pair[1])),
            None => Ok(()),
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Month => serializer.serialize_str("month"),
            Self::Week => serializer.serialize_str("week"),
            Self::Day => serializer.serialize_str("day"),
            Self::Edges(edges) => {
                let mut list = serializer.serialize_seq(Some(edges.len()))?;
                for edge in edges {
                    list.serialize_element(edge)?;
                }
                list.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct WordOrDates;

        impl<'de> Visitor<'de> for WordOrDates {
            type Value = Period;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"month\", \"week\", \"day\" or a list of dates such as \"2016-02-07\"",
                )
            }

            fn visit_str<E: de::Error>(self, word: &str) -> Result<Period, E> {
                match word {
                    "month" => Ok(Period::Month),
                    "week" => Ok(Period::Week),
                    "day" => Ok(Period::Day),
                    _ => Err(E::invalid_value(de::Unexpected::Str(word), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Period, A::Error> {
                let mut edges = Vec::new();
                while let Some(edge) = list.next_element()? {
                    edges.push(edge);
                }
                Ok(Period::Edges(edges))
            }
        }

        deserializer.deserialize_any(WordOrDates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn names_of(period: &Period, begins: i8, first: Date, last: Date) -> Vec<String> {
        Periods::new(period, begins, first, last).names
    }

    #[test]
    fn periods_are_named_after_what_they_are() {
        let (first, last) = (date(2015, 12, 20), date(2016, 2, 8));
        let name = |period, begins| names_of(&period, begins, first, last).join(", ");
        assert_eq!(name(Period::Month, 1), "Dec 2015, Jan 2016, Feb 2016");
        assert_eq!(name(Period::Month, 7), "7 Dec, 7 Jan, 7 Feb");
        assert!(name(Period::Week, 1).starts_with("2015-W51, 2015-W52, 2015-W53, 2016-W01"));
        assert!(name(Period::Day, 1).ends_with("2016-02-07, 2016-02-08"));
        let years = names_of(&Period::Month, 7, first, date(2017, 2, 8));
        assert_eq!((years.len(), years[14].as_str()), (15, "7 Feb 2017"));
    }

    #[test]
    fn a_shifted_month_holds_its_first_day_and_not_its_successors() {
        let (first, last) = (date(2016, 2, 7), date(2016, 12, 6));
        let months = Periods::new(&Period::Month, 7, first, last);
        assert_eq!(months.names.len(), 10);
        let found = |m, d| months.find(date(2016, m, d));
        assert_eq!(
            (found(2, 6), found(2, 7), found(3, 6)),
            (None, Some(0), Some(0))
        );
        assert_eq!(
            (found(3, 7), found(12, 6), found(12, 7)),
            (Some(1), Some(9), None)
        );
    }

    #[test]
    fn edges_leave_out_what_lies_beyond_them() {
        let edges = Period::Edges(vec![date(2016, 1, 1), date(2016, 1, 3), date(2016, 2, 1)]);
        let periods = Periods::new(&edges, 1, date(2000, 1, 1), date(2020, 1, 1));
        assert_eq!(periods.names, ["2016-01-01", "2016-01-03"]);
        let found = |y, m, d| periods.find(date(y, m, d));
        assert_eq!((found(2015, 12, 31), found(2016, 1, 2)), (None, Some(0)));
        assert_eq!((found(2016, 1, 31), found(2016, 2, 1)), (Some(1), None));
    }

    #[test]
    fn the_ends_of_time_are_periods_too() {
        for begins in [1, 28] {
            let periods = Periods::new(&Period::Month, begins, Date::MIN, Date::MIN);
            assert_eq!(periods.find(Date::MIN), Some(0));
            let periods = Periods::new(&Period::Month, begins, Date::MAX, Date::MAX);
            assert_eq!(periods.find(Date::MAX), Some(0));
        }
        let weeks = Periods::new(&Period::Week, 1, Date::MIN, Date::MIN);
        assert_eq!(weeks.find(Date::MIN), Some(0));
    }

    #[test]
    fn every_day_lies_in_the_period_that_the_calendar_says() {
        let (first, last) = (date(2015, 1, 1), date(2017, 12, 31));
        for begins in [1, 7, 28] {
            let months = Periods::new(&Period::Month, begins, first, last);
            let mut day = first;
            let mut number = 0;
            while day <= last {
                if day > first && day.day() == begins {
                    number += 1;
                }
                assert_eq!(months.find(day), Some(number), "{day}, {begins}");
                day = day.tomorrow().unwrap();
            }
        }
    }
}

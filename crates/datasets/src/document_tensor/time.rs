//! Times as they stand in files.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

/// Reads a date, or a date and a time, in the forms of ISO 8601 and RFC 3339, with a `T` or a space
/// between them. A time with a zone is converted to UTC; one without is taken to be in UTC; a date
/// alone is its midnight.
pub(super) fn parse_time(text: &str) -> Option<DateTime> {
    let text = text.trim();
    // A time of day with an offset would also read as one without, the offset passed over: so the
    // form with an offset is tried first.
    match text.parse::<Timestamp>() {
        Ok(time) => Some(Offset::UTC.to_datetime(time)),
        Err(_) => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_usual_forms_are_the_same_moment() {
        let moment = date(2016, 2, 7).at(23, 30, 5, 0);
        for text in [
            "2016-02-07 23:30:05",
            "2016-02-07T23:30:05",
            " 2016-02-07T23:30:05Z\n",
            "2016-02-07T23:30:05+00:00",
            "2016-02-07 23:30:05-00:00",
            "2016-02-08T01:00:05+01:30",
            "2016-02-07T15:30:05-08:00",
        ] {
            assert_eq!(parse_time(text), Some(moment), "{text}");
        }
        let midnight = Some(date(2016, 2, 29).at(0, 0, 0, 0));
        assert_eq!(parse_time("2016-02-29"), midnight);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "yesterday",
            "2016-02-30",
            "2016-13-01",
            "2016-02-07 25:00",
            "07/02/2016",
            "1454803200",
            "2016-02-07 10:00 and more",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}

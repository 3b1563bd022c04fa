//! The files of a report that are text: tables, topics, and the data of figures.

use std::collections::BTreeMap;

use hntf_figures::Figure;
use hntf_run::Fits;
use serde_json::{Number, Value};

use crate::error::ReportError;
use crate::format::Format;
use crate::pictures::draw;
use crate::tables::render;
use crate::topics::topics;

/// Significant digits of the numbers in the data of figures: more than can be seen.
const DIGITS: usize = 5;

/// Texts by the name of their file, and the figures with their stems.
pub struct Pages {
    /// `table.md`, `topics.md`, `topics.tex`, `figures/STEM.json`; not those that have nothing to say.
    pub texts: BTreeMap<String, String>,
    /// What is drawn.
    pub figures: Vec<(String, Box<dyn Figure + Send + Sync>)>,
}

/// All pages of an experiment; `command` is the one that makes them.
///
/// # Errors
/// A fit that cannot be read.
pub fn pages(fits: &Fits<'_>, command: &str) -> Result<Pages, ReportError> {
    let mut texts = BTreeMap::new();
    let mut add = |name: &str, text: String| {
        if !text.is_empty() {
            texts.insert(name.to_owned(), text);
        }
    };
    add("table.md", render(fits, command, Format::Markdown));
    add("topics.md", topics(fits, Format::Markdown)?);
    add("topics.tex", topics(fits, Format::Latex)?);
    let mut figures = Vec::new();
    for section in &fits.prepared.experiment.figures {
        if let Some(figure) = draw(&section.value, fits)? {
            let stem = section.value.stem();
            add(&format!("figures/{stem}.json"), data(&*figure));
            figures.push((stem, figure));
        }
    }
    Ok(Pages { texts, figures })
}

/// The data of a figure as JSON, a line for each of its parts.
fn data(figure: &(dyn Figure + Send + Sync)) -> String {
    let mut value = serde_json::to_value(figure).unwrap_or_default();
    round(&mut value);
    let Value::Object(parts) = value else {
        return String::new();
    };
    let lines = parts.iter().map(|(key, part)| format!("{key:?}: {part}"));
    format!("{{\n{}\n}}\n", lines.collect::<Vec<_>>().join(",\n"))
}

fn round(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(parts) => parts.values_mut().for_each(round),
        Value::Number(number) if number.is_f64() => {
            let digits = DIGITS - 1;
            let shown = number.as_f64().map(|x| format!("{x:.digits$e}"));
            let rounded = shown.and_then(|text| Number::from_f64(text.parse().ok()?));
            if let Some(rounded) = rounded {
                *number = rounded;
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_figures::{Curve, Curves};

    #[test]
    fn data_of_figures_are_json_of_numbers_that_can_be_seen() {
        let figure = Curves {
            title: "a \"title\"".to_owned(),
            curves: vec![Curve {
                label: "one".to_owned(),
                points: vec![(1.0, 0.123_456_789), (2.0, f64::NAN), (3.0, 1.0 / 3e9)],
            }],
            ..Curves::default()
        };
        let text = data(&figure);
        let back: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(back["title"], "a \"title\"");
        let points = &back["curves"][0]["points"];
        assert_eq!(
            points.to_string(),
            "[[1.0,0.12346],[2.0,null],[3.0,3.3333e-10]]"
        );
    }
}

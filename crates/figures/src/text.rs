//! DejaVu Sans: styles of text, and how wide and how long a text is.

use std::sync::Once;

use plotters::style::text_anchor::HPos;
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

use crate::colour::INK;

/// The names under which viewers of an SVG may know the font, the closest substitutes last.
pub(crate) const FAMILY: &str = "DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif";
/// Height of capital letters and digits, in em.
const CAP: f64 = 0.73;
/// Distance between baselines, in em.
const LEADING: f64 = 1.25;
/// Height of a line in em, which is what plotters takes for the size when it measures.
const LINE: f64 = 1.164;

/// How a text looks and where it stands relative to its point; sizes in px.
#[derive(Clone, Copy)]
pub(crate) struct Font {
    /// Size of the em.
    pub(crate) size: f64,
    pub(crate) style: FontStyle,
    pub(crate) anchor: HPos,
    /// Runs upwards, turned a quarter counter-clockwise about its point.
    pub(crate) upward: bool,
    pub(crate) colour: RGBColor,
}

/// Regular text in ink, centred on its point.
pub(crate) const fn font(size: f64) -> Font {
    Font {
        size,
        style: FontStyle::Normal,
        anchor: HPos::Center,
        upward: false,
        colour: INK,
    }
}

/// The largest of some lengths; 0 of none.
pub(crate) fn largest<T>(of: impl IntoIterator<Item = T>, length: impl Fn(T) -> f64) -> f64 {
    of.into_iter().map(length).fold(0.0, f64::max)
}

impl Font {
    pub(crate) const fn bold(mut self) -> Self {
        self.style = FontStyle::Bold;
        self
    }

    pub(crate) const fn upward(mut self) -> Self {
        self.upward = true;
        self
    }

    pub(crate) const fn anchor(mut self, anchor: HPos) -> Self {
        self.anchor = anchor;
        self
    }

    pub(crate) const fn colour(mut self, colour: RGBColor) -> Self {
        self.colour = colour;
        self
    }

    /// Width of a line of text.
    pub(crate) fn width(self, text: &str) -> f64 {
        static REGISTERED: Once = Once::new();
        REGISTERED.call_once(|| {
            // Both faces are sound, which a test holds; without them widths would be zero.
            let _ = register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
            let _ = register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
        });
        let face = FontDesc::new(FontFamily::Name(FAMILY), 1e4, self.style);
        let width = face.layout_box(text).map_or(0, |(_, (right, _))| right);
        f64::from(width) / 1e4 * LINE * self.size
    }

    /// Width of the widest of some lines.
    pub(crate) fn widest<S: AsRef<str>>(self, texts: impl IntoIterator<Item = S>) -> f64 {
        largest(texts, |text| self.width(text.as_ref()))
    }

    /// Height of capital letters.
    pub(crate) fn cap(self) -> f64 {
        CAP * self.size
    }

    /// Distance between the baselines of lines that are so many apart.
    pub(crate) fn leading(self, lines: usize) -> f64 {
        LEADING * self.size * lines as f64
    }

    /// Height of lines with the gap to what they stand above; nothing without lines.
    pub(crate) fn room<T>(self, lines: &[T]) -> f64 {
        if lines.is_empty() {
            return 0.0;
        }
        (self.leading(lines.len()) + 0.5 * self.size).ceil()
    }

    /// Breaks text at spaces, though not at no-break ones, into lines no wider than `limit` and
    /// loses none of it: a longer word goes on in the next line.
    pub(crate) fn fold(self, text: &str, limit: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}');
        for word in words.filter(|word| !word.is_empty()) {
            let longer = lines.last().map(|line| format!("{line} {word}"));
            if let Some(longer) = longer.filter(|longer| self.width(longer) <= limit) {
                lines.pop();
                lines.push(longer);
                continue;
            }
            let mut line = String::new();
            for character in word.chars() {
                line.push(character);
                if line.chars().count() > 1 && self.width(&line) > limit {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
            }
            lines.push(line);
        }
        lines
    }

    /// Cuts text to a width, with an ellipsis where something was lost.
    pub(crate) fn shorten(self, text: &str, limit: f64) -> String {
        let cuts = text.char_indices().rev();
        let cuts = cuts.map(|(end, _)| format!("{}…", text[..end].trim_end()));
        let mut choices = std::iter::once(text.to_owned()).chain(cuts);
        let fitting = choices.find(|choice| self.width(choice) <= limit);
        fitting.unwrap_or_else(|| "…".to_owned())
    }
}

//! DejaVu Sans: styles of text, and how wide and how long a text is.

use std::sync::OnceLock;

use plotters::style::text_anchor::HPos;
use plotters::style::{FontDesc, FontFamily, FontStyle, RGBColor, register_font};

use crate::colour::INK;

/// The names under which viewers of an SVG may know the font, the closest substitutes last.
pub(crate) const FAMILY: &str = "DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif";
/// Height of capital letters and digits, in em.
pub(crate) const CAP: f64 = 0.73;
/// Distance between baselines, in em.
pub(crate) const LEADING: f64 = 1.25;
/// Height of a line in em, which is what plotters takes for the size when it measures.
const LINE: f64 = 1.164;

/// How a text looks and where it stands relative to its point.
#[derive(Clone, Copy)]
pub(crate) struct Font {
    /// Em in px.
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) anchor: HPos,
    /// Runs upwards, turned a quarter counter-clockwise about its point.
    pub(crate) upward: bool,
    pub(crate) colour: RGBColor,
}

/// Regular text in ink, centred on its point.
pub(crate) const fn font(size: f64) -> Font {
    Font {
        size,
        bold: false,
        anchor: HPos::Center,
        upward: false,
        colour: INK,
    }
}

impl Font {
    pub(crate) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(crate) const fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }

    pub(crate) const fn anchor(self, anchor: HPos) -> Self {
        Self { anchor, ..self }
    }

    pub(crate) fn style(self) -> FontStyle {
        if self.bold {
            FontStyle::Bold
        } else {
            FontStyle::Normal
        }
    }

    /// Width of a line of text in px.
    pub(crate) fn width(self, text: &str) -> f64 {
        static REGISTERED: OnceLock<()> = OnceLock::new();
        REGISTERED.get_or_init(|| {
            // Both faces are sound, which a test holds; without them widths would be zero.
            let _ = register_font(FAMILY, FontStyle::Normal, dejavu::sans::regular());
            let _ = register_font(FAMILY, FontStyle::Bold, dejavu::sans::bold());
        });
        let face = FontDesc::new(FontFamily::Name(FAMILY), 1e4, self.style());
        let width = face.layout_box(text).map_or(0, |(_, (right, _))| right);
        f64::from(width) / 1e4 * LINE * self.size
    }

    /// Width of the widest of some lines.
    pub(crate) fn widest<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> f64 {
        let widths = texts.into_iter().map(|text| self.width(text));
        widths.fold(0.0, f64::max)
    }

    /// Height of some lines from the top of capitals to the last baseline.
    pub(crate) fn height(self, lines: usize) -> f64 {
        match lines {
            0 => 0.0,
            more => self.size * (CAP + LEADING * (more - 1) as f64),
        }
    }

    /// Height of lines with the gap to what they stand above; nothing without lines.
    pub(crate) fn room(self, lines: usize) -> f64 {
        match lines {
            0 => 0.0,
            more => (self.size * (LEADING * more as f64 + 0.5)).ceil(),
        }
    }

    /// Breaks text at spaces, though not at no-break ones, into lines no wider than `limit` and
    /// loses none of it: a longer word goes on in the next line.
    pub(crate) fn fold(self, text: &str, limit: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}');
        for word in words.filter(|word| !word.is_empty()) {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= limit => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => {
                    lines.push(String::new());
                    for character in word.chars() {
                        let line = lines.last().map_or("", String::as_str);
                        if !line.is_empty() && self.width(&format!("{line}{character}")) > limit {
                            lines.push(String::new());
                        }
                        lines.last_mut().into_iter().for_each(|l| l.push(character));
                    }
                }
            }
        }
        lines
    }

    /// Cuts text to a width, with an ellipsis where something was lost.
    pub(crate) fn shorten(self, text: &str, limit: f64) -> String {
        let fits = |text: &str| self.width(text) <= limit;
        if fits(text) {
            return text.to_owned();
        }
        let cuts = text.char_indices().rev();
        let cut = |(end, _)| format!("{}…", text[..end].trim_end());
        cuts.map(cut)
            .find(|cut| fits(cut))
            .unwrap_or_else(|| "…".to_owned())
    }
}

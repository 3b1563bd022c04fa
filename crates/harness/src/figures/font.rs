//! DejaVu Sans: measuring, breaking and outlining text.

use tiny_skia::{Path, PathBuilder};
use ttf_parser::{GlyphId, OutlineBuilder};

/// The names under which viewers of an SVG may know the font, the closest substitutes last.
pub(super) const FAMILY: &str = "DejaVu Sans, Bitstream Vera Sans, Verdana, sans-serif";
/// Height of capital letters and digits, in em.
pub(super) const CAP: f64 = 0.73;
/// Distance between baselines, in em.
pub(super) const LEADING: f64 = 1.25;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Regular,
    Bold,
}

impl Face {
    /// `None` only if the embedded font were damaged; a test holds that it is not.
    fn parse(self) -> Option<ttf_parser::Face<'static>> {
        let bytes = match self {
            Self::Regular => dejavu::sans::regular(),
            Self::Bold => dejavu::sans::bold(),
        };
        ttf_parser::Face::parse(bytes, 0).ok()
    }
}

/// Width of a line of text in px.
pub(super) fn width(text: &str, size: f64, face: Face) -> f64 {
    let Some(font) = face.parse() else {
        return 0.0;
    };
    let units: f64 = glyphs(&font, text).map(|(_, advance)| advance).sum();
    units * size / f64::from(font.units_per_em())
}

/// Width of the widest of some lines in regular type.
pub(super) fn widest<'a>(texts: impl IntoIterator<Item = &'a str>, size: f64) -> f64 {
    texts
        .into_iter()
        .map(|text| width(text, size, Face::Regular))
        .fold(0.0, f64::max)
}

/// The outline of a line of text whose baseline starts at the origin, one unit per px, y downwards.
pub(super) fn outline(text: &str, size: f64, face: Face) -> Option<Path> {
    let font = face.parse()?;
    let scale = size / f64::from(font.units_per_em());
    let mut pen = Pen {
        path: PathBuilder::new(),
        x: 0.0,
        scale: scale as f32,
    };
    let mut x = 0.0;
    for (glyph, advance) in glyphs(&font, text) {
        pen.x = (x * scale) as f32;
        font.outline_glyph(glyph, &mut pen);
        x += advance;
    }
    pen.path.finish()
}

/// Breaks text at spaces into lines no wider than `limit`; a longer word is cut with an ellipsis.
pub(super) fn wrap(text: &str, size: f64, face: Face, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let word = shorten(word, size, face, limit);
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, face) <= limit => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word),
        }
    }
    lines
}

/// Breaks text at spaces, though not at no-break ones, into lines no wider than `limit` and loses
/// none of it: a longer word goes on in the next line.
pub(super) fn fold(text: &str, size: f64, face: Face, limit: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let words = text.split(|c: char| c.is_whitespace() && c != '\u{a0}');
    for word in words.filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, face) <= limit => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(pieces(word, size, face, limit)),
        }
    }
    lines
}

/// A word in pieces no wider than `limit`, of at least one character each.
fn pieces(word: &str, size: f64, face: Face, limit: f64) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for character in word.chars() {
        match pieces.last_mut() {
            Some(piece) if width(&format!("{piece}{character}"), size, face) <= limit => {
                piece.push(character);
            }
            _ => pieces.push(character.to_string()),
        }
    }
    pieces
}

/// Cuts text to a width, with an ellipsis where something was lost.
pub(super) fn shorten(text: &str, size: f64, face: Face, limit: f64) -> String {
    if width(text, size, face) <= limit {
        return text.to_owned();
    }
    let mut kept: Vec<char> = text.chars().collect();
    while kept.pop().is_some() {
        let cut = format!("{}…", kept.iter().collect::<String>().trim_end());
        if width(&cut, size, face) <= limit {
            return cut;
        }
    }
    "…".to_owned()
}

/// The glyphs of a text with their advance widths in font units. Without kerning, so that the
/// measure is never below a viewer's.
fn glyphs<'a>(
    font: &'a ttf_parser::Face<'static>,
    text: &'a str,
) -> impl Iterator<Item = (GlyphId, f64)> + 'a {
    text.chars().map(|character| {
        let glyph = font.glyph_index(character).unwrap_or(GlyphId(0));
        let advance = font.glyph_hor_advance(glyph).unwrap_or(0);
        (glyph, f64::from(advance))
    })
}

struct Pen {
    path: PathBuilder,
    x: f32,
    scale: f32,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, -y * self.scale)
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_text_keeps_every_character_and_its_lines_fit() {
        let long = "w".repeat(60);
        for text in ["", "one", "Neural Multi-HNTF, frozen †", &long, "a éé b"] {
            for limit in [0.0, 12.0, 80.0, 1e4] {
                let lines = fold(text, 10.0, Face::Regular, limit);
                let letters = |text: &str| text.replace(' ', "");
                assert_eq!(letters(&lines.concat()), letters(text));
                for line in &lines {
                    let fits = width(line, 10.0, Face::Regular) <= limit;
                    assert!(fits || line.chars().count() == 1, "{line:?} beyond {limit}");
                }
            }
        }
        let kept = fold("two words\u{a0}†", 10.0, Face::Regular, 50.0);
        assert_eq!(kept, ["two", "words\u{a0}†"]);
        assert_eq!(fold("two words", 10.0, Face::Regular, 1e4), ["two words"]);
    }
}

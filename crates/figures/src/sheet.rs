//! The sheet that figures are drawn on: plotters elements placed in px.

use plotters::coord::Shift;
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle,
};

use crate::drawing::{Drawing, Image, Rect, UNITS};
use crate::error::FigureError;
use crate::text::{FAMILY, Font};

/// A position in px, from the upper left corner.
pub(crate) type Point = (f64, f64);
/// A colour and a width.
pub(crate) type Pen = (RGBColor, f64);

/// Marks in the order in which they are painted, images below all others and bold text above.
/// Drawing on it cannot fail, since plotters writes into a string.
pub(crate) struct Sheet<'a> {
    marks: DrawingArea<SVGBackend<'a>, Shift>,
    bold: DrawingArea<SVGBackend<'a>, Shift>,
    images: Vec<Image>,
}

/// Draws a figure that tells its width and height in the end.
pub(crate) fn draw(paint: impl FnOnce(&mut Sheet<'_>) -> Point) -> Result<Drawing, FigureError> {
    let (mut marks, mut bold) = (String::new(), String::new());
    let (size, images) = {
        // The finished figure has a size of its own; plotters moves what lies beyond this one.
        let most = (1 << 24, 1 << 24);
        let mut sheet = Sheet {
            marks: SVGBackend::with_string(&mut marks, most).into_drawing_area(),
            bold: SVGBackend::with_string(&mut bold, most).into_drawing_area(),
            images: Vec::new(),
        };
        (paint(&mut sheet), sheet.images)
    };
    Drawing::new(size, images, [&marks, &bold])
}

fn units(length: f64) -> i32 {
    // Saturates for absurd lengths, which the drawing then refuses.
    (length * UNITS).round() as i32
}

fn at((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn all(points: &[Point]) -> Vec<(i32, i32)> {
    points.iter().copied().map(at).collect()
}

fn stroke((colour, width): Pen) -> ShapeStyle {
    colour.stroke_width(units(width).unsigned_abs())
}

impl Sheet<'_> {
    pub(crate) fn line(&mut self, points: &[Point], pen: Pen) {
        let line = PathElement::new(all(points), stroke(pen));
        self.marks.draw(&line).ok();
    }

    /// A line of dashes and gaps of such lengths; a solid one without.
    pub(crate) fn dashed(&mut self, points: &[Point], pen: Pen, dash: Option<Point>) {
        let Some((dash, gap)) = dash else {
            return self.line(points, pen);
        };
        let line = DashedPathElement::new(all(points), units(dash), units(gap), stroke(pen));
        self.marks.draw(&line).ok();
    }

    pub(crate) fn fill(&mut self, area: Rect, colour: RGBColor) {
        let corners = [at((area.x, area.y)), at((area.right(), area.bottom()))];
        self.marks
            .draw(&Rectangle::new(corners, colour.filled()))
            .ok();
    }

    pub(crate) fn frame(&mut self, area: Rect, pen: Pen) {
        let (left, top, right, bottom) = (area.x, area.y, area.right(), area.bottom());
        self.outline(
            &[(left, top), (right, top), (right, bottom), (left, bottom)],
            pen,
        );
    }

    /// A filled polygon with an edge.
    pub(crate) fn polygon(&mut self, corners: &[Point], fill: RGBColor, edge: Pen) {
        let inside = Polygon::new(all(corners), fill.filled());
        self.marks.draw(&inside).ok();
        self.outline(corners, edge);
    }

    fn outline(&mut self, corners: &[Point], pen: Pen) {
        // Once around and on to the second corner, so that the first is joined like the others.
        self.line(&[corners, &corners[..2]].concat(), pen);
    }

    /// A filled circle with an edge.
    pub(crate) fn circle(&mut self, centre: Point, radius: f64, fill: RGBColor, edge: Option<Pen>) {
        for style in [Some(fill.filled()), edge.map(stroke)]
            .into_iter()
            .flatten()
        {
            let circle = Circle::new(at(centre), units(radius), style);
            self.marks.draw(&circle).ok();
        }
    }

    /// A line of text whose baseline passes through the point.
    pub(crate) fn text(&mut self, text: &str, (x, y): Point, font: Font) {
        // XML forbids most control characters, and no font draws them.
        let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
        let text = text.replace(forbidden, " ");
        if text.trim().is_empty() {
            return;
        }
        // The backend puts the baseline 0.76 em below the top, and takes 1.24 em for the size.
        let rise = 0.76 * font.size;
        let (turn, place) = match font.upward {
            true => (FontTransform::Rotate270, (x - rise, y)),
            false => (FontTransform::None, (x, y - rise)),
        };
        let size = font.size * UNITS * 1.24;
        let face = FontDesc::new(FontFamily::Name(FAMILY), size, font.style).transform(turn);
        let style = face
            .color(&font.colour)
            .pos(Pos::new(font.anchor, VPos::Top));
        let bold = matches!(font.style, FontStyle::Bold);
        let area = if bold { &self.bold } else { &self.marks };
        area.draw_text(text.trim(), &style, at(place)).ok();
    }

    /// Lines of text, the first baseline through the point; upward ones stand side by side.
    pub(crate) fn lines(&mut self, lines: &[String], (x, y): Point, font: Font) {
        for (index, line) in lines.iter().enumerate() {
            let step = font.leading(index);
            let (aside, down) = if font.upward {
                (step, 0.0)
            } else {
                (0.0, step)
            };
            self.text(line, (x + aside, y + down), font);
        }
    }

    /// A matrix of colour levels, row by row, stretched over an area.
    pub(crate) fn image(&mut self, area: Rect, cols: usize, levels: &[u8]) {
        self.images.extend(Image::new(area, cols, levels));
    }
}

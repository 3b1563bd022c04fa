//! The sheet that figures are drawn on: plotters elements placed in px.

use std::fmt::Display;

use plotters::coord::Shift;
use plotters::element::{
    Circle, DashedPathElement, Drawable, PathElement, PointCollection, Polygon, Rectangle,
};
use plotters::prelude::{DrawingArea, IntoDrawingArea, SVGBackend};
use plotters::style::text_anchor::{Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontTransform, RGBColor, ShapeStyle};

use crate::drawing::{Drawing, Image, UNITS};
use crate::error::FigureError;
use crate::text::{FAMILY, Font, LEADING};

/// A position in px, from the upper left corner.
pub(crate) type Point = (f64, f64);
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn centre(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }
}

/// Marks in the order in which they are painted, images below all others and bold text above.
pub(crate) struct Sheet<'a> {
    marks: Area<'a>,
    bold: Area<'a>,
    images: Vec<Image>,
    failed: Option<String>,
}

/// Draws a figure that tells its width and height in the end.
pub(crate) fn draw(paint: impl FnOnce(&mut Sheet<'_>) -> Point) -> Result<Drawing, FigureError> {
    let (mut marks, mut bold) = (String::new(), String::new());
    let (size, images, failed) = {
        // The finished figure has a size of its own; plotters moves what lies beyond this one.
        let size = (1 << 24, 1 << 24);
        let mut sheet = Sheet {
            marks: SVGBackend::with_string(&mut marks, size).into_drawing_area(),
            bold: SVGBackend::with_string(&mut bold, size).into_drawing_area(),
            images: Vec::new(),
            failed: None,
        };
        let size = paint(&mut sheet);
        let ends = [sheet.marks.present(), sheet.bold.present()];
        ends.into_iter().for_each(|end| sheet.note(end));
        (size, sheet.images, sheet.failed)
    };
    match failed {
        Some(message) => Err(FigureError::convert("SVG", message)),
        None => Drawing::new(size, images, [&marks, &bold]),
    }
}

fn units(length: f64) -> i32 {
    // Saturates for absurd lengths, which the drawing then refuses.
    (length * UNITS).round() as i32
}

fn at((x, y): Point) -> (i32, i32) {
    (units(x), units(y))
}

fn stroke(colour: RGBColor, width: f64) -> ShapeStyle {
    colour.stroke_width(units(width).unsigned_abs())
}

impl<'s> Sheet<'s> {
    fn note<E: Display>(&mut self, outcome: Result<(), E>) {
        if let Err(error) = outcome {
            self.failed.get_or_insert(error.to_string());
        }
    }

    fn mark<T>(&mut self, element: &T)
    where
        for<'b> &'b T: PointCollection<'b, (i32, i32)>,
        T: Drawable<SVGBackend<'s>>,
    {
        let outcome = self.marks.draw(element);
        self.note(outcome);
    }

    pub(crate) fn line(&mut self, points: &[Point], colour: RGBColor, width: f64) {
        let points: Vec<_> = points.iter().copied().map(at).collect();
        self.mark(&PathElement::new(points, stroke(colour, width)));
    }

    /// A line of dashes and gaps of such lengths; a solid one without.
    pub(crate) fn dashed(
        &mut self,
        points: &[Point],
        colour: RGBColor,
        width: f64,
        dash: Option<Point>,
    ) {
        let Some((dash, gap)) = dash else {
            return self.line(points, colour, width);
        };
        let points = points.iter().copied().map(at);
        let style = stroke(colour, width);
        self.mark(&DashedPathElement::new(
            points,
            units(dash),
            units(gap),
            style,
        ));
    }

    pub(crate) fn frame(&mut self, area: Rect, colour: RGBColor, width: f64) {
        let (left, top) = (area.x, area.y);
        let corners = [
            (left, top),
            (area.right(), top),
            (area.right(), area.bottom()),
            (left, area.bottom()),
        ];
        self.outline(&corners, colour, width);
    }

    pub(crate) fn fill(&mut self, area: Rect, colour: RGBColor) {
        let corners = [at((area.x, area.y)), at((area.right(), area.bottom()))];
        self.mark(&Rectangle::new(corners, colour.filled()));
    }

    /// A filled polygon with an edge.
    pub(crate) fn polygon(&mut self, corners: &[Point], fill: RGBColor, edge: (RGBColor, f64)) {
        let inside: Vec<_> = corners.iter().copied().map(at).collect();
        self.mark(&Polygon::new(inside, fill.filled()));
        self.outline(corners, edge.0, edge.1);
    }

    fn outline(&mut self, corners: &[Point], colour: RGBColor, width: f64) {
        // Once around and on to the second corner, so that the first is joined like the others.
        let around = [corners, &corners[..corners.len().min(2)]].concat();
        self.line(&around, colour, width);
    }

    /// A filled circle with an edge.
    pub(crate) fn circle(
        &mut self,
        centre: Point,
        radius: f64,
        fill: RGBColor,
        edge: Option<(RGBColor, f64)>,
    ) {
        self.mark(&Circle::new(at(centre), units(radius), fill.filled()));
        if let Some((colour, width)) = edge {
            self.mark(&Circle::new(
                at(centre),
                units(radius),
                stroke(colour, width),
            ));
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
        let (transform, place) = match font.upward {
            true => (FontTransform::Rotate270, (x - rise, y)),
            false => (FontTransform::None, (x, y - rise)),
        };
        let size = font.size * UNITS * 1.24;
        let face = FontDesc::new(FontFamily::Name(FAMILY), size, font.style()).transform(transform);
        let style = face
            .color(&font.colour)
            .pos(Pos::new(font.anchor, VPos::Top));
        let area = if font.bold { &self.bold } else { &self.marks };
        let outcome = area.draw_text(text.trim(), &style, at(place));
        self.note(outcome);
    }

    /// Lines of text below each other, the first baseline through the point; upward ones stand side
    /// by side.
    pub(crate) fn lines(&mut self, lines: &[String], (x, y): Point, font: Font) {
        for (index, line) in lines.iter().enumerate() {
            let step = index as f64 * LEADING * font.size;
            let place = if font.upward {
                (x + step, y)
            } else {
                (x, y + step)
            };
            self.text(line, place, font);
        }
    }

    /// A matrix of colour levels, row by row, stretched over an area.
    pub(crate) fn image(&mut self, area: Rect, cols: usize, levels: Vec<u8>) {
        self.images.extend(Image::new(area, cols, levels));
    }
}

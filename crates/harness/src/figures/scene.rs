//! A picture as a list of marks, in the order in which they are painted.

use super::colour::{INK, PAPER, Rgb};
use super::font::Face;
use super::{FigureError, raster, svg};

/// A position in px, from the upper left corner.
pub(super) type Point = (f64, f64);

/// A laid-out figure: its size and its marks.
#[derive(Clone, Debug)]
pub struct Scene {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) marks: Vec<Mark>,
}

#[derive(Clone, Debug)]
pub(super) enum Mark {
    Shape(Shape),
    Text(Text),
    Cells(Cells),
}

#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub(super) outline: Outline,
    pub(super) fill: Option<Rgb>,
    pub(super) stroke: Option<Stroke>,
    /// 1 is opaque.
    pub(super) opacity: f64,
}

#[derive(Clone, Debug)]
pub(super) enum Outline {
    Closed(Vec<Point>),
    Open(Vec<Point>),
    Circle { centre: Point, radius: f64 },
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub(super) colour: Rgb,
    pub(super) width: f64,
    /// Lengths of a dash and of the gap after it; `None` is a solid line.
    pub(super) dash: Option<(f64, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) content: String,
    /// The point of the baseline that `anchor` names.
    pub(super) at: Point,
    pub(super) size: f64,
    pub(super) anchor: Anchor,
    pub(super) face: Face,
    /// Runs upwards, turned a quarter counter-clockwise about `at`.
    pub(super) upward: bool,
    pub(super) colour: Rgb,
}

/// A matrix of colour levels (see [`super::colour::level`]) stretched over an area.
#[derive(Clone, Debug)]
pub(super) struct Cells {
    pub(super) area: Rect,
    pub(super) cols: usize,
    pub(super) levels: Vec<u8>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rect {
    pub(super) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(super) fn centre(&self) -> Point {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    fn corners(&self) -> Vec<Point> {
        vec![
            (self.x, self.y),
            (self.right(), self.y),
            (self.right(), self.bottom()),
            (self.x, self.bottom()),
        ]
    }
}

impl Stroke {
    pub(super) fn solid(colour: Rgb, width: f64) -> Self {
        Self {
            colour,
            width,
            dash: None,
        }
    }
}

impl Text {
    /// Regular text in the default ink, centred on `at`.
    pub(super) fn new(content: impl Into<String>, at: Point, size: f64) -> Self {
        Self {
            content: content.into(),
            at,
            size,
            anchor: Anchor::Middle,
            face: Face::Regular,
            upward: false,
            colour: INK,
        }
    }

    pub(super) fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }

    pub(super) fn bold(self) -> Self {
        Self {
            face: Face::Bold,
            ..self
        }
    }

    pub(super) fn upward(self) -> Self {
        Self {
            upward: true,
            ..self
        }
    }

    pub(super) fn coloured(self, colour: Rgb) -> Self {
        Self { colour, ..self }
    }
}

impl Scene {
    /// An empty sheet; set its size once the content is laid out.
    pub(super) fn new(width: f64, height: f64) -> Self {
        Self {
            width,
            height,
            marks: Vec::new(),
        }
    }

    /// Width and height in px.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// The picture as an SVG document. Text stays text; large heat maps are embedded bitmaps.
    ///
    /// # Errors
    /// [`FigureError::Encode`] when a bitmap cannot be encoded.
    pub fn svg(&self) -> Result<String, FigureError> {
        svg::write(self)
    }

    /// The picture as a PNG file of three dots per px, fewer when the figure is very large.
    ///
    /// # Errors
    /// [`FigureError::TooLarge`] or [`FigureError::Encode`].
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        raster::png(self)
    }

    pub(super) fn shape(
        &mut self,
        outline: Outline,
        fill: Option<Rgb>,
        stroke: Option<Stroke>,
        opacity: f64,
    ) {
        self.marks.push(Mark::Shape(Shape {
            outline,
            fill,
            stroke,
            opacity,
        }));
    }

    pub(super) fn fill(&mut self, rect: Rect, colour: Rgb) {
        self.shape(Outline::Closed(rect.corners()), Some(colour), None, 1.0);
    }

    pub(super) fn frame(&mut self, rect: Rect, stroke: Stroke) {
        self.shape(Outline::Closed(rect.corners()), None, Some(stroke), 1.0);
    }

    pub(super) fn line(&mut self, points: Vec<Point>, stroke: Stroke) {
        if points.len() > 1 {
            self.shape(Outline::Open(points), None, Some(stroke), 1.0);
        }
    }

    pub(super) fn text(&mut self, mut text: Text) {
        // XML forbids most control characters, and no font draws them.
        text.content = text.content.replace(char::is_control, " ");
        if !text.content.trim().is_empty() {
            self.marks.push(Mark::Text(text));
        }
    }

    pub(super) fn cells(&mut self, cells: Cells) {
        if cells.cols > 0 && cells.levels.len() >= cells.cols {
            self.marks.push(Mark::Cells(cells));
        }
    }

    /// The page behind all marks.
    pub(super) fn background(&self) -> Shape {
        let page = Rect {
            x: 0.0,
            y: 0.0,
            width: self.width,
            height: self.height,
        };
        Shape {
            outline: Outline::Closed(page.corners()),
            fill: Some(PAPER),
            stroke: None,
            opacity: 1.0,
        }
    }
}

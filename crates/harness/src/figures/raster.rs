//! A scene as a PNG file, and matrices of colour levels as embedded PNG images.

use tiny_skia::{
    FillRule, FilterQuality, LineCap, LineJoin, Paint, Path, PathBuilder, Pattern, Pixmap,
    PremultipliedColorU8, SpreadMode, StrokeDash, Transform,
};

use super::colour::{self, Rgb};
use super::scene::{Anchor, Cells, Mark, Outline, Rect, Scene, Shape, Text};
use super::{FigureError, font};

/// Dots per px: 288 dpi at the figure's natural size.
const SCALE: f64 = 3.0;
/// At four bytes a pixel, a drawing buffer of 160 MB.
const MOST_PIXELS: f64 = 4e7;

/// Draws a scene and encodes it.
pub(super) fn png(scene: &Scene) -> Result<Vec<u8>, FigureError> {
    let too_large = || FigureError::TooLarge {
        width: scene.width,
        height: scene.height,
        limit: MOST_PIXELS,
    };
    let scale = SCALE.min((MOST_PIXELS / (scene.width * scene.height)).sqrt());
    // Below one dot per px small text can no longer be read.
    if scale < 1.0 {
        return Err(too_large());
    }
    let dots = |length: f64| (length * scale).round().max(1.0) as u32;
    let pixmap = Pixmap::new(dots(scene.width), dots(scene.height)).ok_or_else(too_large)?;
    let mut canvas = Canvas {
        pixmap,
        view: Transform::from_scale(scale as f32, scale as f32),
    };
    canvas.shape(&scene.background());
    for mark in &scene.marks {
        match mark {
            Mark::Shape(shape) => canvas.shape(shape),
            Mark::Text(text) => canvas.text(text),
            Mark::Cells(cells) => canvas.cells(cells),
        }
    }
    encode_picture(&canvas.pixmap, scale)
}

struct Canvas {
    pixmap: Pixmap,
    view: Transform,
}

impl Canvas {
    fn shape(&mut self, shape: &Shape) {
        let Some(path) = path(&shape.outline) else {
            return;
        };
        if let Some(fill) = shape.fill {
            let paint = paint(fill, shape.opacity);
            self.pixmap
                .fill_path(&path, &paint, FillRule::Winding, self.view, None);
        }
        if let Some(stroke) = shape.stroke {
            let pen = tiny_skia::Stroke {
                width: stroke.width as f32,
                line_cap: LineCap::Butt,
                line_join: LineJoin::Round,
                dash: stroke
                    .dash
                    .and_then(|(dash, gap)| StrokeDash::new(vec![dash as f32, gap as f32], 0.0)),
                ..tiny_skia::Stroke::default()
            };
            let paint = paint(stroke.colour, shape.opacity);
            self.pixmap
                .stroke_path(&path, &paint, &pen, self.view, None);
        }
    }

    fn text(&mut self, text: &Text) {
        let Some(path) = font::outline(&text.content, text.size, text.face) else {
            return;
        };
        let width = font::width(&text.content, text.size, text.face);
        let start = match text.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -width / 2.0,
            Anchor::End => -width,
        };
        let turn = if text.upward { -90.0 } else { 0.0 };
        let place = self
            .view
            .pre_translate(text.at.0 as f32, text.at.1 as f32)
            .pre_concat(Transform::from_rotate(turn))
            .pre_translate(start as f32, 0.0);
        let paint = paint(text.colour, 1.0);
        self.pixmap
            .fill_path(&path, &paint, FillRule::Winding, place, None);
    }

    fn cells(&mut self, cells: &Cells) {
        let Some((image, area)) = level_pixmap(cells).zip(skia_rect(cells.area)) else {
            return;
        };
        let fit = Transform::from_row(
            area.width() / image.width() as f32,
            0.0,
            0.0,
            area.height() / image.height() as f32,
            area.x(),
            area.y(),
        );
        let paint = Paint {
            shader: Pattern::new(
                image.as_ref(),
                SpreadMode::Pad,
                FilterQuality::Nearest,
                1.0,
                fit,
            ),
            anti_alias: false,
            ..Paint::default()
        };
        self.pixmap.fill_rect(area, &paint, self.view, None);
    }
}

fn path(outline: &Outline) -> Option<Path> {
    let mut builder = PathBuilder::new();
    match outline {
        Outline::Circle { centre, radius } => {
            builder.push_circle(centre.0 as f32, centre.1 as f32, *radius as f32);
        }
        Outline::Closed(points) | Outline::Open(points) => {
            for (index, &(x, y)) in points.iter().enumerate() {
                if index == 0 {
                    builder.move_to(x as f32, y as f32);
                } else {
                    builder.line_to(x as f32, y as f32);
                }
            }
            if matches!(outline, Outline::Closed(_)) {
                builder.close();
            }
        }
    }
    builder.finish()
}

fn paint(Rgb(r, g, b): Rgb, opacity: f64) -> Paint<'static> {
    let mut paint = Paint::default();
    let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
    paint.set_color_rgba8(r, g, b, alpha);
    paint
}

fn skia_rect(rect: Rect) -> Option<tiny_skia::Rect> {
    tiny_skia::Rect::from_xywh(
        rect.x as f32,
        rect.y as f32,
        rect.width as f32,
        rect.height as f32,
    )
}

/// The matrix as an image of one pixel per cell.
fn level_pixmap(cells: &Cells) -> Option<Pixmap> {
    let (cols, rows) = image_size(cells)?;
    let mut image = Pixmap::new(cols, rows)?;
    for (pixel, &level) in image.pixels_mut().iter_mut().zip(&cells.levels) {
        let Rgb(r, g, b) = colour::level(level);
        if let Some(opaque) = PremultipliedColorU8::from_rgba(r, g, b, u8::MAX) {
            *pixel = opaque;
        }
    }
    Some(image)
}

fn image_size(cells: &Cells) -> Option<(u32, u32)> {
    let rows = cells.levels.len().checked_div(cells.cols)?;
    Some((
        u32::try_from(cells.cols).ok()?,
        u32::try_from(rows).ok().filter(|&rows| rows > 0)?,
    ))
}

fn encode_picture(pixmap: &Pixmap, scale: f64) -> Result<Vec<u8>, FigureError> {
    let rgb: Vec<u8> = pixmap
        .pixels()
        .iter()
        .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixmap.width(), pixmap.height());
    encoder.set_color(png::ColorType::Rgb);
    // CSS has 96 px to the inch of 0.0254 m.
    let per_metre = (scale * 96.0 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: per_metre,
        yppu: per_metre,
        unit: png::Unit::Meter,
    }));
    encoder.set_compression(png::Compression::Balanced);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&rgb)?;
    writer.finish()?;
    Ok(bytes)
}

/// The matrix as a PNG of one byte per cell and a palette, each cell repeated to a block of
/// pixels: a viewer that smooths enlarged images then blurs only the cells' edges.
pub(super) fn level_png(cells: &Cells) -> Result<Vec<u8>, FigureError> {
    let mut bytes = Vec::new();
    let Some((cols, rows)) = image_size(cells) else {
        return Ok(bytes);
    };
    let (across, down) = (repeats(cols), repeats(rows));
    let palette: Vec<u8> = (0..=u8::MAX)
        .map(colour::level)
        .flat_map(|Rgb(r, g, b)| [r, g, b])
        .collect();
    let mut encoder = png::Encoder::new(&mut bytes, cols * across, rows * down);
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_palette(palette);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header()?;
    let pixels: Vec<u8> = cells
        .levels
        .chunks_exact(cells.cols)
        .flat_map(|row| std::iter::repeat_n(row, down as usize))
        .flat_map(|row| {
            row.iter()
                .flat_map(move |&level| std::iter::repeat_n(level, across as usize))
        })
        .collect();
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(bytes)
}

/// How often to repeat each of `count` cells to come near a thousand pixels.
fn repeats(count: u32) -> u32 {
    (960 / count).clamp(1, 12)
}

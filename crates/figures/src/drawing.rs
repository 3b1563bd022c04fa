//! A finished figure as SVG, PNG and PDF.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::sync::{Arc, OnceLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect as PdfRect, Ref};
use plotters::style::RGBColor;
use resvg::tiny_skia::{Color, Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::colour::LEVELS;
use crate::error::FigureError;
use crate::sheet::Rect;
use crate::text::FAMILY;

/// Units of the drawing per px. Plotters places marks at whole ones; four are a dot of the PNG.
pub(crate) const UNITS: f64 = 12.0;
/// Dots of the PNG per px: 288 dpi at the figure's natural size.
const DOTS: f64 = 3.0;
/// At four bytes a pixel, a drawing buffer of 160 MB.
const MOST_PIXELS: f64 = 4e7;

/// A figure that is laid out and drawn.
#[derive(Debug)]
pub struct Drawing {
    width: f64,
    height: f64,
    images: Vec<Image>,
    /// The marks, and the bold text above them.
    layers: [Layer; 2],
}

#[derive(Debug)]
struct Layer {
    marks: String,
    tree: Tree,
}

/// A matrix of colour levels stretched over an area, each cell repeated to a block of pixels: a
/// viewer that smooths enlarged images then blurs only the cells' edges.
#[derive(Debug)]
pub(crate) struct Image {
    area: Rect,
    cols: u32,
    rows: u32,
    levels: Vec<u8>,
}

impl Drawing {
    pub(crate) fn new(
        (width, height): (f64, f64),
        images: Vec<Image>,
        layers: [&str; 2],
    ) -> Result<Self, FigureError> {
        // Below one dot per px small text can no longer be read.
        if !(width * height <= MOST_PIXELS) {
            let limit = MOST_PIXELS;
            return Err(FigureError::TooLarge {
                width,
                height,
                limit,
            });
        }
        let [marks, bold] = layers.map(|svg| {
            // What lies between the first tag of plotters and the last, without what goes without
            // saying. Quotes are escaped in text, so this changes none.
            let start = svg.find('\n').map_or(0, |end| end + 1);
            let marks = svg[start..].trim_end().trim_end_matches("</svg>");
            let family = format!(" font-family=\"{FAMILY}\"");
            let marks = marks.replace(&family, "").replace(" opacity=\"1\"", "");
            let options = Options {
                fontdb: fonts(),
                ..Options::default()
            };
            let tree = Tree::from_str(&document((width, height), &marks), &options);
            let tree = tree.map_err(|error| FigureError::convert("picture", error))?;
            Ok(Layer { marks, tree })
        });
        let layers = [marks?, bold?];
        Ok(Self {
            width,
            height,
            images,
            layers,
        })
    }

    /// Width and height in px.
    pub fn size(&self) -> (f64, f64) {
        (self.width, self.height)
    }

    /// The picture as an SVG document. Text stays text; large heat maps are embedded bitmaps.
    ///
    /// # Errors
    /// [`FigureError::Convert`] when a bitmap cannot be encoded.
    pub fn svg(&self) -> Result<String, FigureError> {
        let units = |length: f64| (length * UNITS).round();
        let (width, height) = (units(self.width), units(self.height));
        let mut body = format!("<rect width=\"{width}\" height=\"{height}\" fill=\"#FFFFFF\"/>\n");
        for image in &self.images {
            let [x, y, width, height] = image.area.sides().map(units);
            let data = BASE64_STANDARD.encode(image.png()?);
            body.push_str(&format!(
                "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
                 preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" \
                 href=\"data:image/png;base64,{data}\"/>\n"
            ));
        }
        self.layers
            .iter()
            .for_each(|layer| body.push_str(&layer.marks));
        Ok(document(self.size(), &body))
    }

    /// The picture as a PNG file of three dots per px, fewer when the figure is very large.
    ///
    /// # Errors
    /// [`FigureError::TooLarge`] or [`FigureError::Convert`].
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let limit = MOST_PIXELS;
        let (width, height) = self.size();
        let scale = DOTS.min((limit / (width * height)).sqrt());
        let dots = |length: f64| (length * scale).round().max(1.0) as u32;
        let mut sheet = Pixmap::new(dots(width), dots(height)).ok_or(FigureError::TooLarge {
            width,
            height,
            limit,
        })?;
        sheet.fill(Color::WHITE);
        let view = Transform::from_scale(scale as f32, scale as f32);
        for image in &self.images {
            image.paint(&mut sheet, scale);
        }
        for layer in &self.layers {
            resvg::render(&layer.tree, view, &mut sheet.as_mut());
        }
        let pixels = sheet.pixels().iter();
        let rgb: Vec<u8> = pixels
            .flat_map(|p| [p.red(), p.green(), p.blue()])
            .collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, sheet.width(), sheet.height());
        encoder.set_color(png::ColorType::Rgb);
        // CSS has 96 px to the inch of 0.0254 m.
        let per_metre = (scale * 96.0 / 0.0254).round() as u32;
        encoder.set_pixel_dims(Some(png::PixelDimensions {
            xppu: per_metre,
            yppu: per_metre,
            unit: png::Unit::Meter,
        }));
        encode(encoder, &rgb)?;
        Ok(bytes)
    }

    /// The picture as a PDF file of one page of its size, with text as text.
    ///
    /// # Errors
    /// [`FigureError::Convert`].
    pub fn pdf(&self) -> Result<Vec<u8>, FigureError> {
        // A layer has one face of the font and no opacity, since svg2pdf 0.13 writes several fonts
        // and graphics states in the order of a hash map, whose bytes would vary.
        let mut next = Ref::new(1);
        let [catalogue, pages, page, body] = std::array::from_fn(|_| next.bump());
        let points = |length: f64| (length * 0.75) as f32;
        let (width, height) = (points(self.width), points(self.height));
        let (mut pdf, mut content, mut forms) = (Pdf::new(), Content::new(), Vec::new());
        let mut place = |id: Ref, [x, y, w, h]: [f32; 4]| {
            let name = format!("X{}", forms.len());
            content.save_state().transform([w, 0.0, 0.0, h, x, y]);
            content.x_object(Name(name.as_bytes())).restore_state();
            forms.push((name, id));
        };
        for image in &self.images {
            let [x, y, w, h] = image.area.sides().map(points);
            let id = next.bump();
            image.embed(&mut pdf, id)?;
            place(id, [x, height - y - h, w, h]);
        }
        for layer in &self.layers {
            let options = svg2pdf::ConversionOptions::default();
            let (chunk, form) = svg2pdf::to_chunk(&layer.tree, options)
                .map_err(|error| FigureError::convert("PDF", error))?;
            let mut ids = HashMap::new();
            let mut renumber = |old| *ids.entry(old).or_insert_with(|| next.bump());
            pdf.extend(&chunk.renumber(&mut renumber));
            place(renumber(form), [0.0, 0.0, width, height]);
        }
        pdf.catalog(catalogue).pages(pages);
        pdf.pages(pages).count(1).kids([page]);
        let mut sheet = pdf.page(page);
        sheet
            .parent(pages)
            .contents(body)
            .media_box(PdfRect::new(0.0, 0.0, width, height));
        let mut resources = sheet.resources();
        let mut named = resources.x_objects();
        for (name, id) in &forms {
            named.pair(Name(name.as_bytes()), *id);
        }
        named.finish();
        resources.finish();
        sheet.finish();
        pdf.stream(body, &content.finish());
        Ok(pdf.finish())
    }
}

impl Image {
    /// `None` for a matrix without cells.
    pub(crate) fn new(area: Rect, cols: usize, levels: Vec<u8>) -> Option<Self> {
        let rows = levels.len().checked_div(cols).filter(|rows| *rows > 0)?;
        // Each cell is repeated until there are about a thousand pixels.
        let [across, down] = [cols, rows].map(|count| (960 / count).clamp(1, 12));
        let row = |row: &[u8]| -> Vec<u8> {
            row.iter()
                .flat_map(|level| std::iter::repeat_n(*level, across))
                .collect()
        };
        let blocks = levels
            .chunks_exact(cols)
            .map(|cells| row(cells).repeat(down));
        Some(Self {
            area,
            cols: u32::try_from(cols * across).ok()?,
            rows: u32::try_from(rows * down).ok()?,
            levels: blocks.flatten().collect(),
        })
    }

    /// A byte per pixel and a palette.
    fn png(&self) -> Result<Vec<u8>, FigureError> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.cols, self.rows);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_palette(palette());
        encoder.set_filter(png::Filter::NoFilter);
        encode(encoder, &self.levels)?;
        Ok(bytes)
    }

    /// Fills the dots whose centres lie within the area.
    fn paint(&self, sheet: &mut Pixmap, scale: f64) {
        let [x, y, width, height] = self.area.sides().map(|side| side * scale);
        let dots = |from: f64, length: f64, limit: u32, count: u32| {
            let first = from.round().max(0.0) as u32;
            let last = (from + length).round().max(0.0) as u32;
            let cell = move |dot: u32| (f64::from(dot) + 0.5 - from) / length * f64::from(count);
            (first..last.min(limit)).map(move |dot| (dot, (cell(dot) as u32).min(count - 1)))
        };
        let across = sheet.width();
        for (top, row) in dots(y, height, sheet.height(), self.rows) {
            for (left, col) in dots(x, width, across, self.cols) {
                let level = self.levels[(row * self.cols + col) as usize];
                let RGBColor(r, g, b) = LEVELS[usize::from(level)];
                let pixel = &mut sheet.pixels_mut()[(top * across + left) as usize];
                *pixel = PremultipliedColorU8::from_rgba(r, g, b, u8::MAX).unwrap_or(*pixel);
            }
        }
    }

    fn embed(&self, pdf: &mut Pdf, id: Ref) -> Result<(), FigureError> {
        let mut data = Vec::new();
        let level = flate2::Compression::default();
        flate2::bufread::ZlibEncoder::new(&self.levels[..], level)
            .read_to_end(&mut data)
            .map_err(|error| FigureError::convert("PDF", error))?;
        let mut image = pdf.image_xobject(id, &data);
        image.filter(Filter::FlateDecode);
        image
            .width(self.cols as i32)
            .height(self.rows as i32)
            .bits_per_component(8);
        image
            .color_space()
            .indexed(Name(b"DeviceRGB"), 255, &palette());
        image.finish();
        Ok(())
    }
}

impl Rect {
    fn sides(&self) -> [f64; 4] {
        [self.x, self.y, self.width, self.height]
    }
}

fn palette() -> Vec<u8> {
    LEVELS
        .iter()
        .flat_map(|colour| [colour.0, colour.1, colour.2])
        .collect()
}

fn encode<W: Write>(mut encoder: png::Encoder<'_, W>, data: &[u8]) -> Result<(), FigureError> {
    encoder.set_compression(png::Compression::Balanced);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(data)?;
        writer.finish()
    });
    written.map_err(|error| FigureError::convert("PNG", error))
}

fn document((width, height): (f64, f64), body: &str) -> String {
    let (across, down) = ((width * UNITS).round(), (height * UNITS).round());
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {across} {down}\" font-family=\"{FAMILY}\" stroke-linejoin=\"round\">\n\
         {body}</svg>\n"
    )
}

/// DejaVu alone, so that a picture is the same on every machine.
fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(dejavu::sans::regular().to_vec());
        fonts.load_font_data(dejavu::sans::bold().to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

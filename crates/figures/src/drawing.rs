//! A finished figure as SVG, PNG and PDF.

use std::collections::HashMap;
use std::fmt::Display;
use std::io::Write;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect as PdfRect, Ref};
use plotters::style::RGBColor;
use resvg::tiny_skia::{Color, Pixmap, PremultipliedColorU8, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use crate::colour::LEVELS;
use crate::error::FigureError;
use crate::text::FAMILY;

/// Units of the drawing per px. Plotters places marks at whole ones; four are a dot of the PNG.
pub(crate) const UNITS: f64 = 12.0;
/// Dots of the PNG per px: 288 dpi at the figure's natural size.
const DOTS: f64 = 3.0;
/// At four bytes a pixel, a drawing buffer of 160 MB.
const MOST_PIXELS: f64 = 4e7;

/// A rectangle in px.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Self {
            x,
            y,
            width,
            height,
        }
    }

    pub(crate) fn right(&self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(&self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn centre(&self) -> (f64, f64) {
        (self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    fn sides(&self) -> [f64; 4] {
        [self.x, self.y, self.width, self.height]
    }
}

/// A figure that is laid out and drawn.
#[derive(Debug)]
pub struct Drawing {
    width: f64,
    height: f64,
    images: Vec<Image>,
    /// The marks, and the bold text above them, as they stand in the SVG and as they are painted.
    layers: [(String, Tree); 2],
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

/// DejaVu alone, so that a picture is the same on every machine.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    Arc::new(fonts)
});

impl Drawing {
    /// From what plotters wrote for each layer.
    pub(crate) fn new(
        (width, height): (f64, f64),
        images: Vec<Image>,
        layers: [&str; 2],
    ) -> Result<Self, FigureError> {
        // Below one dot per px small text can no longer be read.
        if (width * height).is_nan() || width * height > MOST_PIXELS {
            return Err(FigureError::TooLarge(width, height));
        }
        let [marks, bold] = layers.map(|svg| {
            // What lies between the first tag and the last, without what goes without saying.
            // Quotes are escaped in text, so that this changes none.
            let start = svg.find('\n').map_or(0, |end| end + 1);
            let marks = svg[start..].trim_end().trim_end_matches("</svg>");
            let family = format!(" font-family=\"{FAMILY}\"");
            let marks = marks.replace(&family, "").replace(" opacity=\"1\"", "");
            let options = Options {
                fontdb: Arc::clone(&FONTS),
                ..Options::default()
            };
            let tree = Tree::from_str(&document((width, height), &marks), &options);
            Ok((marks, tree.map_err(|error| refused("picture", &error))?))
        });
        Ok(Self {
            width,
            height,
            images,
            layers: [marks?, bold?],
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
        let mut body = "<rect width=\"100%\" height=\"100%\" fill=\"#FFFFFF\"/>\n".to_owned();
        for image in &self.images {
            let [x, y, width, height] = image.area.sides().map(|side| (side * UNITS).round());
            let data = BASE64_STANDARD.encode(image.png()?);
            body.push_str(&format!(
                "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
                 preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\" \
                 href=\"data:image/png;base64,{data}\"/>\n"
            ));
        }
        body.extend(self.layers.iter().map(|(marks, _)| marks.as_str()));
        Ok(document(self.size(), &body))
    }

    /// The picture as a PNG file of three dots per px, fewer when the figure is very large.
    ///
    /// # Errors
    /// [`FigureError::TooLarge`] or [`FigureError::Convert`].
    pub fn png(&self) -> Result<Vec<u8>, FigureError> {
        let (width, height) = self.size();
        let scale = DOTS.min((MOST_PIXELS / (width * height)).sqrt());
        let dots = |length: f64| (length * scale).round().max(1.0) as u32;
        let sheet = Pixmap::new(dots(width), dots(height));
        let mut sheet = sheet.ok_or(FigureError::TooLarge(width, height))?;
        sheet.fill(Color::WHITE);
        for image in &self.images {
            image.paint(&mut sheet, scale);
        }
        for (_, tree) in &self.layers {
            let view = Transform::from_scale(scale as f32, scale as f32);
            resvg::render(tree, view, &mut sheet.as_mut());
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
        // The page is put together here, of layers that have one face of the font and no opacity:
        // svg2pdf 0.13 writes several fonts, images and graphics states in the order of a hash map,
        // so that bytes would vary.
        let mut next = Ref::new(1);
        let [catalogue, pages, page, body] = std::array::from_fn(|_| next.bump());
        let points = |length: f64| (length * 0.75) as f32;
        let (width, height) = (points(self.width), points(self.height));
        let (mut pdf, mut content, mut forms) = (Pdf::new(), Content::new(), Vec::new());
        for image in &self.images {
            let [x, y, w, h] = image.area.sides().map(points);
            forms.push((
                image.embed(&mut pdf, next.bump())?,
                [w, 0.0, 0.0, h, x, height - y - h],
            ));
        }
        for (_, tree) in &self.layers {
            let chunk = svg2pdf::to_chunk(tree, svg2pdf::ConversionOptions::default());
            let (chunk, form) = chunk.map_err(|error| refused("PDF", &error))?;
            let mut ids = HashMap::new();
            let mut renumber = |old| *ids.entry(old).or_insert_with(|| next.bump());
            pdf.extend(&chunk.renumber(&mut renumber));
            forms.push((renumber(form), [width, 0.0, 0.0, height, 0.0, 0.0]));
        }
        pdf.catalog(catalogue).pages(pages);
        pdf.pages(pages).count(1).kids([page]);
        let mut sheet = pdf.page(page);
        sheet.parent(pages).contents(body);
        sheet.media_box(PdfRect::new(0.0, 0.0, width, height));
        let mut resources = sheet.resources();
        let mut named = resources.x_objects();
        for (index, (id, place)) in forms.into_iter().enumerate() {
            let name = format!("X{index}");
            named.pair(Name(name.as_bytes()), id);
            content.save_state().transform(place);
            content.x_object(Name(name.as_bytes())).restore_state();
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
    pub(crate) fn new(area: Rect, cols: usize, levels: &[u8]) -> Option<Self> {
        let rows = levels.len().checked_div(cols).filter(|rows| *rows > 0)?;
        // Each cell is repeated until there are about a thousand pixels.
        let [across, down] = [cols, rows].map(|count| (960 / count).clamp(1, 12));
        let row = |cells: &[u8]| -> Vec<u8> {
            let cells = cells.iter();
            cells
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
        encode(encoder, &self.levels)?;
        Ok(bytes)
    }

    /// Fills the dots whose centres lie within the area.
    fn paint(&self, sheet: &mut Pixmap, scale: f64) {
        let [x, y, width, height] = self.area.sides().map(|side| side * scale);
        let dots = |from: f64, length: f64, limit: u32, count: u32| {
            let (first, last) = (from.round() as u32, (from + length).round() as u32);
            let cell = move |dot| (f64::from(dot) + 0.5 - from) / length * f64::from(count);
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

    fn embed(&self, pdf: &mut Pdf, id: Ref) -> Result<Ref, FigureError> {
        let mut data = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        let data = data.write_all(&self.levels).and_then(|()| data.finish());
        let data = data.map_err(|error| refused("PDF", &error))?;
        let mut image = pdf.image_xobject(id, &data);
        image.filter(Filter::FlateDecode);
        image
            .width(self.cols as i32)
            .height(self.rows as i32)
            .bits_per_component(8);
        image
            .color_space()
            .indexed(Name(b"DeviceRGB"), 255, &palette());
        Ok(id)
    }
}

fn refused(format: &'static str, error: &dyn Display) -> FigureError {
    FigureError::Convert(format, error.to_string())
}

fn palette() -> Vec<u8> {
    LEVELS
        .iter()
        .flat_map(|colour| [colour.0, colour.1, colour.2])
        .collect()
}

fn encode<W: Write>(mut encoder: png::Encoder<'_, W>, data: &[u8]) -> Result<(), FigureError> {
    encoder.set_compression(png::Compression::Balanced);
    // Areas of one colour are smallest as they are.
    encoder.set_filter(png::Filter::NoFilter);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(data)?;
        writer.finish()
    });
    written.map_err(|error| refused("PNG", &error))
}

fn document((width, height): (f64, f64), body: &str) -> String {
    let (across, down) = (width * UNITS, height * UNITS);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {across} {down}\" font-family=\"{FAMILY}\" stroke-linejoin=\"round\">\n\
         {body}</svg>\n"
    )
}

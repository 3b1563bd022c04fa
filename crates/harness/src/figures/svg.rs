//! A scene as an SVG document.

use std::fmt::Write as _;

use super::colour::Rgb;
use super::font::{self, Face};
use super::scene::{Anchor, Cells, Mark, Outline, Point, Scene, Shape, Text};
use super::{FigureError, raster};

/// Writes the document. Text is kept as text, so it can be searched and selected.
pub(super) fn write(scene: &Scene) -> Result<String, FigureError> {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{}\" stroke-linejoin=\"round\">\n",
        font::FAMILY
    );
    out.push_str(&shape(&scene.background()));
    for mark in &scene.marks {
        match mark {
            Mark::Shape(mark) => out.push_str(&shape(mark)),
            Mark::Text(mark) => out.push_str(&text(mark)),
            Mark::Cells(mark) => out.push_str(&cells(mark)?),
        }
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn shape(shape: &Shape) -> String {
    let mut out = match &shape.outline {
        Outline::Closed(points) => format!("<polygon points=\"{}\"", positions(points)),
        Outline::Open(points) => format!("<polyline points=\"{}\"", positions(points)),
        Outline::Circle { centre, radius } => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"",
            number(centre.0),
            number(centre.1),
            number(*radius)
        ),
    };
    let fill = shape.fill.map_or_else(|| "none".to_owned(), colour);
    attribute(&mut out, "fill", &fill);
    if let Some(stroke) = shape.stroke {
        attribute(&mut out, "stroke", &colour(stroke.colour));
        attribute(&mut out, "stroke-width", &number(stroke.width));
        if let Some((dash, gap)) = stroke.dash {
            let pattern = format!("{} {}", number(dash), number(gap));
            attribute(&mut out, "stroke-dasharray", &pattern);
        }
    }
    if shape.opacity < 1.0 {
        attribute(&mut out, "opacity", &number(shape.opacity));
    }
    out.push_str("/>\n");
    out
}

fn text(text: &Text) -> String {
    let (x, y) = (number(text.at.0), number(text.at.1));
    let mut out = format!("<text x=\"{x}\" y=\"{y}\"");
    attribute(&mut out, "font-size", &number(text.size));
    attribute(&mut out, "fill", &colour(text.colour));
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => attribute(&mut out, "text-anchor", "middle"),
        Anchor::End => attribute(&mut out, "text-anchor", "end"),
    }
    if text.face == Face::Bold {
        attribute(&mut out, "font-weight", "bold");
    }
    if text.upward {
        attribute(&mut out, "transform", &format!("rotate(-90 {x} {y})"));
    }
    out.push('>');
    out.push_str(&escape(&text.content));
    out.push_str("</text>\n");
    out
}

/// `xlink:href` rather than SVG 2's `href`: old and new readers all know it.
fn cells(cells: &Cells) -> Result<String, FigureError> {
    let data = base64(&raster::level_png(cells)?);
    let mut out = "<image".to_owned();
    for (name, value) in [
        ("x", cells.area.x),
        ("y", cells.area.y),
        ("width", cells.area.width),
        ("height", cells.area.height),
    ] {
        attribute(&mut out, name, &number(value));
    }
    attribute(&mut out, "preserveAspectRatio", "none");
    attribute(&mut out, "image-rendering", "pixelated");
    attribute(
        &mut out,
        "xlink:href",
        &format!("data:image/png;base64,{data}"),
    );
    out.push_str("/>\n");
    Ok(out)
}

fn attribute(out: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(out, " {name}=\"{value}\"");
}

fn positions(points: &[Point]) -> String {
    let pairs: Vec<String> = points
        .iter()
        .map(|&(x, y)| format!("{},{}", number(x), number(y)))
        .collect();
    pairs.join(" ")
}

/// Hundredths of a px, without trailing zeros.
fn number(value: f64) -> String {
    let value = (value * 100.0).round() / 100.0;
    // Turns −0 into 0.
    format!("{}", value + 0.0)
}

fn colour(Rgb(r, g, b): Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(character),
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = group
            .iter()
            .fold(0, |bits, &byte| bits << 8 | u32::from(byte));
        for digit in 0..4 {
            if digit > chunk.len() {
                out.push('=');
            } else {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * digit) & 63) as usize]));
            }
        }
    }
    out
}

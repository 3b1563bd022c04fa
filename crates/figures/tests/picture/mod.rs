//! What can be read off a finished figure.
#![allow(dead_code)]

use std::sync::Arc;

use hntf_figures::Figure;
use resvg::usvg::{self, Node, Tree, fontdb, roxmltree};

pub(crate) fn svg(figure: &dyn Figure) -> String {
    figure.draw().unwrap().svg().unwrap()
}

/// Units of the drawing per px.
pub(crate) const UNITS: f64 = 12.0;

/// The attributes of all elements of a kind, in px where they are numbers.
pub(crate) fn elements(svg: &str, tag: &str) -> Vec<Element> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let nodes = document.descendants().filter(|n| n.has_tag_name(tag));
    let element = |node: roxmltree::Node<'_, '_>| Element {
        attributes: node
            .attributes()
            .map(|a| (a.name().to_owned(), a.value().to_owned()))
            .collect(),
        text: node.text().unwrap_or_default().trim().to_owned(),
    };
    nodes.map(element).collect()
}

#[derive(Debug)]
pub(crate) struct Element {
    attributes: Vec<(String, String)>,
    pub(crate) text: String,
}

impl Element {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn px(&self, name: &str) -> f64 {
        self.get(name).unwrap().parse::<f64>().unwrap() / UNITS
    }

    /// The points of a polygon or a line.
    pub(crate) fn points(&self) -> Vec<(f64, f64)> {
        let points = self.get("points").unwrap().split_whitespace();
        let number = |text: &str| text.parse::<f64>().unwrap() / UNITS;
        let point = |pair: &str| pair.split_once(',').map(|(x, y)| (number(x), number(y)));
        points.map(|pair| point(pair).unwrap()).collect()
    }
}

/// All texts with left, top, right and bottom of what they cover.
pub(crate) fn texts(svg: &str) -> Vec<(String, [f64; 4])> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options = usvg::Options {
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = Tree::from_str(svg, &options).unwrap();
    let mut found = Vec::new();
    collect(tree.root(), &mut found);
    found
}

fn collect(group: &usvg::Group, found: &mut Vec<(String, [f64; 4])>) {
    for node in group.children() {
        match node {
            Node::Group(group) => collect(group, found),
            Node::Text(text) => {
                let chunks = text.chunks().iter().map(usvg::TextChunk::text);
                let area = text.flattened().bounding_box();
                let area = area.transform(text.abs_transform()).unwrap();
                let sides = [area.left(), area.top(), area.right(), area.bottom()];
                found.push((chunks.collect(), sides.map(f64::from)));
            }
            _ => {}
        }
    }
}

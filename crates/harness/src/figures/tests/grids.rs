//! Heat maps: what the colour bar says, cells without a value, and where panels stand.

use super::super::scene::{Cells, Mark, Outline, Scene};
use super::samples::{panel, strings};
use super::*;

fn grid(values: Vec<f64>) -> HeatmapGrid {
    HeatmapGrid {
        panels: vec![vec![Some(Panel {
            annotate: true,
            ..panel(values, 2, 2)
        })]],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    }
}

/// The ordinates of the tips of triangles.
fn arrows(scene: &Scene) -> Vec<f64> {
    let tips = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Shape(shape) => match &shape.outline {
            Outline::Closed(corners) if corners.len() == 3 => Some(corners[1].1),
            _ => None,
        },
        _ => None,
    });
    tips.collect()
}

fn bar(scene: &Scene) -> &Cells {
    let mut cells = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Cells(cells) => Some(cells),
        _ => None,
    });
    cells.next_back().unwrap()
}

#[test]
fn an_arrow_head_stands_at_the_end_that_values_lie_beyond() {
    for (value, expected) in [
        (1.0, (false, false)),
        (1.0 + 1e-15, (false, false)),
        (1.1, (false, true)),
        (f64::INFINITY, (false, true)),
        (-0.1, (true, false)),
        (f64::NAN, (false, false)),
    ] {
        let scene = grid(vec![0.0, 0.5, 1.0, value]).scene().unwrap();
        let (tips, bar) = (arrows(&scene), bar(&scene).area);
        let above = tips.iter().any(|tip| *tip < bar.y);
        let below = tips.iter().any(|tip| *tip > bar.bottom());
        assert_eq!((below, above), expected, "{value}");
    }
}

#[test]
fn a_cell_without_a_value_is_grey_with_a_dash() {
    let svg = |values| grid(values).scene().unwrap().svg().unwrap();
    assert_eq!(svg(vec![0.0, 0.5, 1.0, f64::NAN]).matches('–').count(), 1);
    assert_eq!(svg(vec![0.0, 0.5, 1.0, 1.0]).matches('–').count(), 0);
}

#[test]
fn columns_stand_at_even_distances() {
    let mut grid = super::samples::projections();
    // The third column shares the axis of the second.
    grid.panels.iter_mut().for_each(|row| {
        row.truncate(3);
    });
    let scene = grid.scene().unwrap();
    let cells = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Cells(cells) => Some(cells.area.x),
        _ => None,
    });
    let mut edges: Vec<f64> = cells.collect();
    edges.pop();
    edges.dedup();
    let steps: Vec<f64> = edges[..3].windows(2).map(|e| e[1] - e[0]).collect();
    assert!((steps[0] - steps[1]).abs() <= 1.0, "{steps:?}");
}

#[test]
fn names_of_columns_of_different_length_leave_one_height_for_what_they_are() {
    let with = |labels: [&str; 2]| {
        Some(Panel {
            col_labels: strings(labels),
            ..panel(vec![0.5; 4], 2, 2)
        })
    };
    let grid = HeatmapGrid {
        panels: vec![vec![
            with(["1 tedcruz cruz ted", "2 crooked thank"]),
            with(["1 a", "2 b"]),
        ]],
        x_labels: vec!["topic".into(); 2],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    };
    let scene = grid.scene().unwrap();
    let texts = || {
        scene.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some(text),
            _ => None,
        })
    };
    let heights: Vec<f64> = texts()
        .filter(|t| t.content == "topic")
        .map(|t| t.at.1)
        .collect();
    assert_eq!(heights.len(), 2);
    assert_eq!(heights[0], heights[1]);
    // With room for descenders between a name that runs upwards and the word below it.
    let longest = texts().find(|t| t.content.contains("tedcruz")).unwrap();
    let end = longest.at.1 + font::width(&longest.content, longest.size, longest.face);
    assert!(heights[0] - font::CAP * 10.0 - end >= 6.0);
}

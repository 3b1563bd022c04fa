//! Heat maps: how large panels are, what the colour bar says, cells without a value.
#![allow(clippy::unwrap_used)]

mod picture;
mod samples;

use hntf_figures::*;
use picture::{Element, UNITS, elements, svg, texts};
use samples::*;

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

/// x, y, width and height of the images, the colour bar last.
fn images(figure: &HeatmapGrid) -> Vec<[f64; 4]> {
    let sides = |image: &Element| ["x", "y", "width", "height"].map(|side| image.px(side));
    elements(&svg(figure), "image").iter().map(sides).collect()
}

#[test]
fn panels_of_a_row_that_share_an_axis_have_one_height() {
    for modes in [[150, 40], [90, 300], [1000, 60], [2000, 100]] {
        let row = |rows: usize| {
            let one = |cols: usize| Some(panel(vec![0.5; rows * cols], rows, cols));
            [8, 4, 2].map(one).to_vec()
        };
        let frames = images(&HeatmapGrid {
            panels: modes.map(row).to_vec(),
            scale: (0.0, 1.0),
            ..HeatmapGrid::default()
        });
        assert_eq!(frames.len(), 7, "panels and colour bar of {modes:?}");
        for row in frames[..6].chunks(3) {
            let same = |p: &[f64; 4]| p[1] == row[0][1] && p[3] == row[0][3];
            assert!(row.iter().all(same), "{modes:?}: {frames:?}");
        }
        for col in 0..3 {
            assert_eq!(frames[col][2], frames[col + 3][2], "widths of {modes:?}");
        }
    }
}

#[test]
fn names_of_a_shared_axis_stand_beside_their_rows_in_every_panel() {
    let figure = topics();
    let frames = images(&figure);
    let all = texts(&svg(&figure));
    for (text, at) in all.iter().filter(|(text, _)| text.starts_with("person ")) {
        let row: f64 = text["person ".len()..].parse().unwrap();
        let middle = (at[1] + at[3]) / 2.0;
        for panel in &frames[..3] {
            let centre = panel[1] + (row - 0.5) * panel[3] / 150.0;
            assert!(
                (middle - centre).abs() < 2.0,
                "{text}: {middle} beside {centre}"
            );
        }
    }
}

#[test]
fn panels_of_unequal_modes_can_all_be_read() {
    for panel in &images(&unequal_projections())[..9] {
        assert!(panel[2] >= 60.0 && panel[3] >= 60.0, "{panel:?}");
        assert!(panel[2] <= 400.0 && panel[3] <= 400.0, "{panel:?}");
    }
}

#[test]
fn a_page_is_wide_enough_for_most_grids() {
    for (name, figure) in samples() {
        let (width, height) = figure.draw().unwrap().size();
        assert!(
            width <= 672.0 && height <= 1000.0,
            "{name}: {width} × {height}"
        );
    }
}

#[test]
fn a_large_heat_map_is_one_image_and_a_small_file() {
    let noise: Vec<f64> = (0..400 * 112).map(noise).collect();
    let grid = HeatmapGrid {
        panels: vec![vec![Some(panel(noise, 400, 112))]],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    };
    let svg = svg(&grid);
    let images = svg.matches("<image").count();
    assert_eq!(images, 2, "the panel and the colour bar");
    assert!(
        svg.len() < 300_000,
        "{} bytes of noise, the worst case",
        svg.len()
    );
}

#[test]
fn cells_take_the_colour_of_their_value_and_grey_without_one() {
    let svg = svg(&grid(vec![0.0, 1.0, 7.0, f64::NAN]));
    let fills = elements(&svg, "rect");
    let fills: Vec<_> = fills
        .iter()
        .skip(1)
        .map(|cell| cell.get("fill").unwrap())
        .collect();
    assert_eq!(fills, ["#440154", "#FDE725", "#FDE725", "#BEBEBE"]);
}

#[test]
fn a_cell_without_a_value_is_grey_with_a_dash() {
    let dashes = |values| svg(&grid(values)).matches('–').count();
    assert_eq!(dashes(vec![0.0, 0.5, 1.0, f64::NAN]), 1);
    assert_eq!(dashes(vec![0.0, 0.5, 1.0, 1.0]), 0);
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
        let figure = grid(vec![0.0, 0.5, 1.0, value]);
        let bar = images(&figure)[0];
        let heads = elements(&svg(&figure), "polygon");
        let tips: Vec<f64> = heads.iter().map(|head| head.points()[1].1).collect();
        let above = tips.iter().any(|tip| *tip < bar[1]);
        let below = tips.iter().any(|tip| *tip > bar[1] + bar[3]);
        assert_eq!((below, above), expected, "{value}");
    }
}

#[test]
fn columns_stand_at_even_distances() {
    let frames = images(&projections());
    let steps: Vec<f64> = frames[..3].windows(2).map(|f| f[1][0] - f[0][0]).collect();
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
    let texts = texts(&svg(&grid));
    let heights: Vec<f64> = texts
        .iter()
        .filter(|t| t.0 == "topic")
        .map(|t| t.1[1])
        .collect();
    assert_eq!(heights.len(), 2);
    assert_eq!(heights[0], heights[1]);
    // With room for descenders between a name that runs upwards and the word below it.
    let longest = texts.iter().find(|t| t.0.contains("tedcruz")).unwrap();
    assert!(heights[0] - longest.1[3] >= 5.0);
}

#[test]
fn cells_are_whole_dots_of_the_png() {
    for figure in [relations(), projections()] {
        for cell in elements(&svg(&figure), "rect").iter().skip(1) {
            let dots = cell.px("width") * 3.0;
            assert!(
                (dots - dots.round()).abs() < 1e-9,
                "{dots} at {UNITS} units"
            );
        }
    }
}

//! The dot plot: what is drawn where, and what is not.

use super::super::colour::{self, INK};
use super::super::scene::{Mark, Outline, Scene, Shape};
use super::samples::errors;
use super::*;

fn shapes(scene: &Scene) -> Vec<&Shape> {
    let shapes = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Shape(shape) => Some(shape),
        _ => None,
    });
    shapes.collect()
}

/// Centres of the circles of some radius.
fn circles(scene: &Scene, wanted: impl Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let circles = shapes(scene).into_iter().filter_map(|s| match s.outline {
        Outline::Circle { centre, radius } if wanted(radius) => Some(centre),
        _ => None,
    });
    circles.collect()
}

fn plot(values: Vec<Option<Spread>>, published: Vec<Option<f64>>) -> DotPlot {
    DotPlot {
        panels: values.iter().map(|_| "r".into()).collect(),
        groups: vec![DotRows {
            name: String::new(),
            rows: vec![DotRow {
                label: "row".into(),
                values,
                published,
            }],
        }],
        ..DotPlot::default()
    }
}

fn spread(centre: f64, trials: &[f64]) -> Option<Spread> {
    let trials = trials.to_vec();
    Some(Spread { centre, trials })
}

#[test]
fn a_published_value_lies_on_its_marker_and_is_taller() {
    let plot = plot(vec![spread(0.5, &[0.2, 0.8])], vec![Some(0.5)]);
    let scene = plot.scene().unwrap();
    let last = shapes(&scene).pop().unwrap();
    assert_eq!(last.stroke.unwrap().colour, INK);
    let Outline::Open(bar) = &last.outline else {
        panic!("{last:?}")
    };
    // The last circle is the marker, and trials lie below it.
    let marker = circles(&scene, |radius| radius > 4.0).pop().unwrap();
    assert!(bar.iter().all(|point| (point.0 - marker.0).abs() < 1e-9));
    assert!((bar[1].1 - bar[0].1).abs() > 2.0 * 4.2);
    assert_eq!(circles(&scene, |radius| radius < 2.0).len(), 3 + 2);
}

#[test]
fn one_trial_and_trials_below_their_marker_are_not_drawn() {
    for trials in [&[0.5][..], &[], &[0.5, 0.5], &[0.5, f64::NAN]] {
        let plot = plot(
            vec![spread(0.5, trials), spread(0.1, &[])],
            vec![None, Some(0.9)],
        );
        let scene = plot.scene().unwrap();
        let legend = if trials.len() > 1 { 3 } else { 0 };
        let drawn = circles(&scene, |radius| radius < 2.0).len();
        assert_eq!(drawn, legend, "{trials:?}");
    }
}

#[test]
fn a_row_keeps_its_height_in_every_panel_and_its_panel_its_own_axis() {
    let values = vec![
        spread(1.0, &[]),
        spread(500.0, &[]),
        None,
        spread(0.02, &[]),
    ];
    let scene = plot(values, vec![None; 4]).scene().unwrap();
    let markers = circles(&scene, |radius| radius > 4.0);
    assert_eq!(markers.len(), 3);
    assert!(
        markers
            .windows(2)
            .all(|m| m[0].1 == m[1].1 && m[0].0 < m[1].0)
    );
    let svg = scene.svg().unwrap();
    assert_eq!(svg.matches('–').count(), 1, "the missing cell is a dash");
}

#[test]
fn values_that_are_no_numbers_are_a_dash_like_missing_ones() {
    let values = vec![spread(f64::NAN, &[f64::NAN; 2]), spread(f64::INFINITY, &[])];
    let svg = plot(values, vec![None; 2]).scene().unwrap().svg().unwrap();
    assert_eq!(svg.matches('–').count(), 2);
}

#[test]
fn groups_have_their_colours_a_rule_between_them_and_every_name_whole() {
    let figure = errors(20, 3);
    let scene = figure.scene().unwrap();
    let svg = scene.svg().unwrap();
    for text in ["first layer frozen", "† row beyond it", "single trials"] {
        assert!(svg.contains(text), "{text}");
    }
    let fills = shapes(&scene).into_iter().filter_map(|s| s.fill);
    let fills: Vec<_> = fills.collect();
    let has = |index| fills.contains(&colour::series(index));
    assert_eq!([0, 1, 2].map(has), [true, true, false]);
    let wide = |s: &&Shape| matches!(&s.outline, Outline::Open(p) if p[1].0 - p[0].0 > 500.0);
    assert_eq!(shapes(&scene).iter().filter(|s| wide(s)).count(), 1);
}

#[test]
fn panels_that_do_not_fit_side_by_side_take_more_lines() {
    let scene = errors(4, 12).scene().unwrap();
    assert!(scene.width <= 672.0);
    let svg = scene.svg().unwrap();
    assert!(
        svg.matches("Standard HNCPD").count() >= 3,
        "rows are named again"
    );
}

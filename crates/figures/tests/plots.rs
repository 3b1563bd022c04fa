//! Dot plots, curves and layers: what is drawn where, and what is not.
#![allow(clippy::unwrap_used)]

mod picture;
mod samples;

use hntf_figures::*;
use picture::{Element, elements, svg, texts};
use samples::*;

/// Centres of the filled circles of some radius.
fn circles(svg: &str, wanted: impl Fn(f64) -> bool) -> Vec<(f64, f64)> {
    let circles = elements(svg, "circle");
    let filled = circles
        .iter()
        .filter(|circle| circle.get("fill") != Some("none"));
    let some = filled.filter(|circle| wanted(circle.px("r")));
    some.map(|circle| (circle.px("cx"), circle.px("cy")))
        .collect()
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
    let svg = svg(&plot(vec![spread(0.5, &[0.2, 0.8])], vec![Some(0.5)]));
    let lines = elements(&svg, "polyline");
    let last = lines.last().unwrap();
    assert_eq!(last.get("stroke"), Some("#222222"));
    let bar = last.points();
    // The last circle is the marker, and trials lie below it.
    let marker = circles(&svg, |radius| radius > 4.1).pop().unwrap();
    assert!(bar.iter().all(|point| (point.0 - marker.0).abs() < 0.1));
    assert!((bar[1].1 - bar[0].1).abs() > 2.0 * 4.2);
    assert!(
        svg.rfind("<circle").unwrap() < svg.rfind("<polyline").unwrap(),
        "drawn last"
    );
    assert_eq!(circles(&svg, |radius| radius < 2.0).len(), 3 + 2);
}

#[test]
fn one_trial_and_trials_below_their_marker_are_not_drawn() {
    for trials in [&[0.5][..], &[], &[0.5, 0.5], &[0.5, f64::NAN]] {
        let values = vec![spread(0.5, trials), spread(0.1, &[])];
        let svg = svg(&plot(values, vec![None, Some(0.9)]));
        let legend = if trials.len() > 1 { 3 } else { 0 };
        let drawn = circles(&svg, |radius| radius < 2.0).len();
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
    let svg = svg(&plot(values, vec![None; 4]));
    let markers = circles(&svg, |radius| radius > 4.0);
    assert_eq!(markers.len(), 3);
    let pairs = markers.windows(2);
    assert!(
        pairs
            .into_iter()
            .all(|m| m[0].1 == m[1].1 && m[0].0 < m[1].0)
    );
    assert_eq!(svg.matches('–').count(), 1, "the missing cell is a dash");
}

#[test]
fn values_that_are_no_numbers_are_a_dash_like_missing_ones() {
    let values = vec![
        spread(f64::NAN, &[f64::NAN; 2]),
        spread(f64::INFINITY, &[]),
        None,
    ];
    let mut plot = plot(values, vec![None; 2]);
    assert_eq!(svg(&plot).matches('–').count(), 3);
    plot.groups[0].rows[0].values.truncate(1);
    assert_eq!(svg(&plot).matches('–').count(), 3, "left out at the end");
}

#[test]
fn groups_have_their_colours_a_rule_between_them_and_every_name_whole() {
    let svg = svg(&errors(20, 3));
    for text in ["first layer frozen", "† row beyond it", "single trials"] {
        assert!(svg.contains(text), "{text}");
    }
    assert_eq!(
        ["#0072B2", "#D55E00", "#009E73"].map(|c| svg.contains(c)),
        [true, true, false]
    );
    let lines = elements(&svg, "polyline");
    let wide = |line: &&Element| line.points()[1].0 - line.points()[0].0 > 500.0;
    assert_eq!(lines.iter().filter(wide).count(), 1);
}

#[test]
fn panels_that_do_not_fit_side_by_side_take_more_lines() {
    let drawing = errors(4, 12).draw().unwrap();
    assert!(drawing.size().0 <= 672.0);
    let names = drawing.svg().unwrap().matches("Standard HNCPD").count();
    assert!(names >= 3, "rows are named again");
}

/// Short vertical marks below a frame, and what stands below each.
#[test]
fn every_tick_has_a_number() {
    for figure in [errors(20, 3), errors(4, 12), errors(1, 1), errors(7, 5)] {
        let svg = svg(&figure);
        let numbers = texts(&svg);
        let ticks = elements(&svg, "polyline")
            .into_iter()
            .map(|line| line.points());
        let ticks: Vec<_> = ticks
            .filter(|p| p.len() == 2 && p[0].0 == p[1].0 && (p[1].1 - p[0].1 - 4.0).abs() < 0.1)
            .collect();
        assert!(ticks.len() > 1);
        for tick in ticks {
            let (x, y) = tick[1];
            let below = |at: &[f64; 4]| (y..y + 6.0).contains(&at[1]) && at[0] < x && x < at[2];
            assert!(
                numbers.iter().any(|(_, at)| below(at)),
                "nothing below {tick:?}"
            );
        }
    }
}

/// Left and right end of the widest frame.
fn frame(svg: &str) -> (f64, f64) {
    let lines = elements(svg, "polyline")
        .into_iter()
        .map(|line| line.points());
    let frames = lines.filter(|p| p.len() == 6 && p[4] == p[0] && p[5] == p[1]);
    let ends = frames.map(|p| (p[0].0, p[2].0));
    ends.max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
        .unwrap()
}

#[test]
fn no_part_of_the_width_is_blank() {
    let figures: [Box<dyn Figure>; 4] = [
        Box::new(convergence(3, true, true)),
        Box::new(convergence(12, false, true)),
        Box::new(ranks(1)),
        Box::new(ranks(2)),
    ];
    for figure in figures {
        let (left, right) = frame(&svg(&*figure));
        assert!(left < 80.0 && right > 655.0, "{left} to {right} of 672 px");
    }
}

#[test]
fn a_long_curve_keeps_its_spike_and_few_points() {
    let mut figure = convergence(1, false, false);
    figure.curves[0].points[3333].1 = 9.0;
    let lines = elements(&svg(&figure), "polyline")
        .into_iter()
        .map(|line| line.points());
    let curve = lines.max_by_key(Vec::len).unwrap();
    assert!((400..=800).contains(&curve.len()), "{}", curve.len());
    let top = curve.iter().map(|point| point.1).fold(f64::MAX, f64::min);
    let bottom = curve.iter().map(|point| point.1).fold(0.0, f64::max);
    assert!(bottom - top > 250.0, "the spike spans the plot");
}

#[test]
fn a_curve_ends_where_it_can_no_longer_be_shown() {
    let point = |(i, y): (usize, &f64)| (1.0 + i as f64, *y);
    let curve = |values: &[f64]| Curve {
        label: "c".into(),
        points: values.iter().enumerate().map(point).collect(),
    };
    let figure = |values: &[f64]| Curves {
        curves: vec![curve(values)],
        ..convergence(0, false, true)
    };
    let lines = |values: &[f64]| {
        let lines = elements(&svg(&figure(values)), "polyline");
        let curve = lines
            .iter()
            .filter(|line| line.get("stroke") == Some("#0072B2"));
        curve.map(|line| line.points().len()).collect::<Vec<_>>()
    };
    // The first is the sample in the legend.
    assert_eq!(lines(&[1.0, 0.1, 0.01, 0.0, 0.0]), [2, 3]);
    assert_eq!(lines(&[1.0, 0.1, f64::NAN, 0.01, 0.001]), [2, 2, 2]);
}

/// The texts of an axis' numbers.
fn numbers(values: &[f64], log: bool) -> Vec<String> {
    let figure = Curves {
        log_x: log,
        curves: vec![Curve {
            label: String::new(),
            points: values.iter().map(|value| (*value, 1.0)).collect(),
        }],
        ..Curves::default()
    };
    let texts = texts(&svg(&figure));
    let lowest = texts.iter().map(|(_, at)| at[3]).fold(0.0, f64::max);
    let axis = texts.into_iter().filter(|(_, at)| at[3] > lowest - 4.0);
    axis.map(|(text, _)| text).collect()
}

#[test]
fn axes_have_round_numbers() {
    let axis = numbers(&[0.0, 3.5], false);
    assert_eq!(
        axis,
        ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5", "3.0", "3.5"]
    );
    assert_eq!(
        numbers(&[-20.0, 20.0], false),
        ["−20", "−15", "−10", "−5", "0", "5", "10", "15", "20"]
    );
    assert_eq!(
        numbers(&[0.0, 2e7], false),
        ["0", "0.5×10⁷", "1.0×10⁷", "1.5×10⁷", "2.0×10⁷"]
    );
    assert_eq!(
        numbers(&[3e-7, 5e-7], false),
        ["3.0×10⁻⁷", "3.5×10⁻⁷", "4.0×10⁻⁷", "4.5×10⁻⁷"]
    );
}

#[test]
fn a_logarithmic_axis_names_decades_or_the_steps_within_one() {
    assert_eq!(numbers(&[1e-3, 1.0], true), ["10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
    assert_eq!(numbers(&[1.0, 6.0], true), ["1", "2", "5"]);
    assert_eq!(numbers(&[1e-20, 1e20], true).len(), 9);
}

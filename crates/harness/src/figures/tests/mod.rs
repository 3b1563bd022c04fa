mod samples;

use super::scene::{Anchor, Mark, Outline, Text};
use super::*;
use samples::*;

/// Left, top, right, bottom of what a text covers, without descenders.
fn box_of(text: &Text) -> [f64; 4] {
    let width = font::width(&text.content, text.size, text.face);
    let start = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    };
    let (x, y) = text.at;
    let rise = font::CAP * text.size;
    if text.upward {
        [x - rise, y - start - width, x, y - start]
    } else {
        [x + start, y - rise, x + start + width, y]
    }
}

#[test]
fn no_text_is_clipped_and_none_overlaps_another() {
    for (name, figure) in samples() {
        let scene = figure.scene().unwrap();
        let texts = scene.marks.iter().filter_map(|mark| match mark {
            Mark::Text(text) => Some((text.content.as_str(), box_of(text))),
            _ => None,
        });
        let texts: Vec<_> = texts.collect();
        for (index, (text, a)) in texts.iter().enumerate() {
            let inside = a[0] >= 2.0
                && a[1] >= 2.0
                && a[2] <= scene.width - 2.0
                && a[3] <= scene.height - 2.0;
            assert!(
                inside,
                "{name}: {text:?} at {a:?} leaves the sheet {:?}",
                scene.size()
            );
            for (other, b) in &texts[..index] {
                let apart = a[0] >= b[2] || b[0] >= a[2] || a[1] >= b[3] || b[1] >= a[3];
                assert!(
                    apart,
                    "{name}: {text:?} at {a:?} overlaps {other:?} at {b:?}"
                );
            }
        }
    }
}

#[test]
fn nothing_that_matters_is_shortened() {
    for (name, figure) in samples() {
        let svg = figure.scene().unwrap().svg().unwrap();
        assert!(!svg.contains('…'), "{name}");
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let (first, second) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, figure) in samples() {
        for dir in [&first, &second] {
            figure.save(dir.path(), name).unwrap();
        }
        for file in [format!("{name}.svg"), format!("{name}.png")] {
            let [a, b] = [&first, &second].map(|dir| fs::read(dir.path().join(&file)).unwrap());
            assert!(!a.is_empty() && a == b, "{file}");
        }
    }
    let files = fs::read_dir(first.path()).unwrap().count();
    assert_eq!(
        files,
        2 * samples().len(),
        "no unfinished file is left behind"
    );
}

#[test]
fn the_png_has_three_dots_per_px() {
    let scene = projections().scene().unwrap();
    let bytes = scene.png().unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let (width, height) = scene.size();
    let info = reader.info();
    assert_eq!(
        (f64::from(info.width), f64::from(info.height)),
        (3.0 * width, 3.0 * height)
    );
    assert_eq!(info.pixel_dims.unwrap().xppu, 11339, "288 dpi");
}

#[test]
fn a_large_heat_map_is_one_image_and_a_small_file() {
    let grid = HeatmapGrid {
        panels: vec![vec![Some(panel(
            (0..400 * 112).map(noise).collect(),
            400,
            112,
        ))]],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    };
    let svg = grid.scene().unwrap().svg().unwrap();
    assert_eq!(
        svg.matches("<image").count(),
        2,
        "the panel and the colour bar"
    );
    assert!(
        svg.len() < 300_000,
        "{} bytes of noise, the worst case",
        svg.len()
    );
}

#[test]
fn cells_take_the_colour_of_their_value_and_grey_without_one() {
    let grid = HeatmapGrid {
        panels: vec![vec![Some(panel(vec![0.0, 1.0, 7.0, f64::NAN], 2, 2))]],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    };
    let scene = grid.scene().unwrap();
    let fills = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Shape(shape) => shape.fill,
        _ => None,
    });
    let fills: Vec<_> = fills.collect();
    let colours = [1, 255, 255, 0].map(colour::level);
    assert_eq!(fills[..4], colours);
}

#[test]
fn a_long_curve_keeps_its_spike_and_at_most_500_points() {
    let mut figure = convergence(1, false, false);
    figure.curves[0].points[3333].1 = 9.0;
    let scene = figure.scene().unwrap();
    let longest = scene.marks.iter().filter_map(|mark| match mark {
        Mark::Shape(shape) => match &shape.outline {
            Outline::Open(points) => Some(points),
            _ => None,
        },
        _ => None,
    });
    let curve = longest.max_by_key(|points| points.len()).unwrap();
    assert!(curve.len() <= 500, "{}", curve.len());
    let top = curve.iter().map(|point| point.1).fold(f64::MAX, f64::min);
    let bottom = curve.iter().map(|point| point.1).fold(0.0, f64::max);
    assert!(bottom - top > 250.0, "the spike spans the plot");
}

#[test]
fn degenerate_data_are_drawn_without_complaint() {
    let odd = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        0.0,
        -1.0,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    let mut figures: Vec<Box<dyn Figure>> = vec![
        Box::new(HeatmapGrid::default()),
        Box::new(ErrorByLayer::default()),
        Box::new(Curves::default()),
        Box::new(LayerPanels::default()),
        Box::new(LayerPanels {
            panels: vec![LayerPanel::default(); 2],
            ..LayerPanels::default()
        }),
        Box::new(ErrorByLayer {
            series: vec![Series::default(); 15],
            ..errors(0)
        }),
        Box::new(ErrorByLayer {
            layers: strings(["only"]),
            ..errors(2)
        }),
        Box::new(ErrorByLayer {
            layers: vec![],
            ..errors(2)
        }),
    ];
    for (rows, cols) in [(0, 0), (0, 5), (5, 0), (1, 1), (1, 3000), (3000, 1)] {
        for scale in [
            (0.0, 0.0),
            (1.0, 0.0),
            (f64::NAN, 1.0),
            (f64::MIN, f64::MAX),
            (5.0, 5.0),
        ] {
            let values: Vec<f64> = odd.into_iter().cycle().take(rows * cols).collect();
            let strange = Panel {
                annotate: true,
                row_labels: vec!["a\u{0}label".into(); 2],
                row_breaks: vec![0, 1, 9999],
                ..panel(values, rows, cols)
            };
            figures.push(Box::new(HeatmapGrid {
                panels: vec![
                    vec![],
                    vec![None, Some(strange.clone())],
                    vec![Some(strange)],
                ],
                scale,
                ..HeatmapGrid::default()
            }));
        }
    }
    for log in [false, true] {
        for values in [
            vec![],
            odd.to_vec(),
            vec![2.0],
            vec![2.0; 9],
            vec![f64::MAX; 2],
        ] {
            let points = values.iter().map(|&value| (value, value)).collect();
            figures.push(Box::new(Curves {
                curves: vec![Curve {
                    label: String::new(),
                    points,
                }],
                ..convergence(0, log, log)
            }));
            figures.push(Box::new(ErrorByLayer {
                series: vec![Series {
                    values: vec![values.first().map(|&mean| Spread {
                        mean,
                        trials: values.clone(),
                    })],
                    published: values.iter().map(|&value| Some(value)).collect(),
                    ..Series::default()
                }],
                ..errors(0)
            }));
        }
    }
    for figure in figures {
        let scene = figure.scene().unwrap();
        let svg = scene.svg().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        scene.png().unwrap();
    }
}

#[test]
fn text_is_escaped() {
    let figure = Curves {
        title: "a < b & \"c\"\u{7}".into(),
        ..Curves::default()
    };
    let svg = figure.scene().unwrap().svg().unwrap();
    assert!(svg.contains("a &lt; b &amp; \"c\""), "{svg}");
    assert!(!svg.contains('\u{7}'));
}

#[test]
fn a_panel_that_contradicts_its_shape_is_an_error_that_names_it() {
    let wrong = Panel {
        title: "W".into(),
        ..panel(vec![1.0; 5], 2, 3)
    };
    let grid = HeatmapGrid {
        panels: vec![vec![Some(wrong)]],
        ..HeatmapGrid::default()
    };
    let message = grid.scene().unwrap_err().to_string();
    assert_eq!(
        message,
        "panel \"W\": 5 values do not fill 2 rows × 3 columns; pass one value per cell, row by row"
    );
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let error = errors(1)
        .save(Path::new("no-such-folder"), "errors")
        .unwrap_err();
    assert!(error.to_string().contains("errors.svg"), "{error}");
}

#[test]
fn a_figure_too_large_to_print_is_refused() {
    let grid = HeatmapGrid {
        panels: (0..60)
            .map(|_| vec![relations().panels[0][0].clone(); 60])
            .collect(),
        ..HeatmapGrid::default()
    };
    assert!(matches!(
        grid.scene().unwrap().png(),
        Err(FigureError::TooLarge { .. })
    ));
}

#[test]
fn both_faces_of_the_font_are_sound() {
    for face in [font::Face::Regular, font::Face::Bold] {
        assert!(font::width("W‖X − Y‖ 10⁻³ → …", 10.0, face) > 50.0);
        assert!(font::outline("W", 10.0, face).is_some());
    }
}

//! What holds for figures of every kind.
#![allow(clippy::unwrap_used)]

mod picture;
mod samples;

use std::fs;
use std::path::Path;

use hntf_figures::*;
use picture::{elements, svg, texts};
use samples::*;

#[test]
fn no_text_is_clipped_and_none_overlaps_another() {
    for (name, figure) in samples() {
        let drawing = figure.draw().unwrap();
        let (width, height) = drawing.size();
        let texts = texts(&drawing.svg().unwrap());
        assert!(texts.len() > 5, "{name}");
        for (index, (text, a)) in texts.iter().enumerate() {
            let inside = a[0] >= 2.0 && a[1] >= 2.0 && a[2] <= width - 2.0 && a[3] <= height - 2.0;
            assert!(
                inside,
                "{name}: {text:?} at {a:?} leaves {width} × {height}"
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
        assert!(!svg(&*figure).contains('…'), "{name}");
    }
}

#[test]
fn the_same_data_give_the_same_bytes() {
    let dirs = [(); 3].map(|()| tempfile::tempdir().unwrap());
    for (name, figure) in samples() {
        dirs.iter()
            .for_each(|dir| figure.save(dir.path(), name).unwrap());
        for format in ["svg", "png", "pdf"] {
            let read =
                |dir: &tempfile::TempDir| fs::read(dir.path().join(format!("{name}.{format}")));
            let [a, b, c] = [0, 1, 2].map(|dir| read(&dirs[dir]).unwrap());
            assert!(!a.is_empty() && a == b && b == c, "{name}.{format}");
        }
    }
    let files = fs::read_dir(dirs[0].path()).unwrap().count();
    assert_eq!(
        files,
        3 * samples().len(),
        "no unfinished file is left behind"
    );
}

#[test]
fn the_png_has_three_dots_per_px() {
    let drawing = projections().draw().unwrap();
    let bytes = drawing.png().unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(bytes));
    let reader = reader.read_info().unwrap();
    let (width, height) = drawing.size();
    let info = reader.info();
    let size = (f64::from(info.width), f64::from(info.height));
    assert_eq!(size, (3.0 * width, 3.0 * height));
    assert_eq!(info.pixel_dims.unwrap().xppu, 11339, "288 dpi");
}

#[test]
fn the_pdf_is_one_page_of_the_figures_size_with_its_fonts() {
    let drawing = projections().draw().unwrap();
    let pdf = drawing.pdf().unwrap();
    let pdf = String::from_utf8_lossy(&pdf);
    let (width, height) = drawing.size();
    let page = format!("/MediaBox [0 0 {} {}]", 0.75 * width, 0.75 * height);
    assert!(pdf.contains(&page), "{page}");
    assert_eq!(pdf.matches("/Type /Page\n").count(), 1);
    assert_eq!(
        pdf.matches("/Subtype /Image").count(),
        13,
        "panels and colour bar"
    );
    let fonts = pdf
        .split("/BaseFont /")
        .skip(1)
        .map(|rest| rest.split_whitespace().next());
    let fonts: Vec<_> = fonts
        .flatten()
        .map(|name| name.split_once('+').unwrap().1)
        .collect();
    assert!(
        fonts.contains(&"DejaVuSans") && fonts.contains(&"DejaVuSans-Bold"),
        "{fonts:?}"
    );
}

/// Dots of a colour in the PNG.
fn dots(figure: &dyn Figure, colour: [u8; 3]) -> usize {
    let bytes = figure.draw().unwrap().png().unwrap();
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .unwrap();
    let mut data = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut data).unwrap();
    data.chunks(3).filter(|dot| *dot == colour).count()
}

#[test]
fn the_png_shows_images_and_marks_alike() {
    // 200 × 200 cells of one value: an image of at least 200 × 200 px, of three dots each.
    let grid = |values: Vec<f64>, side| HeatmapGrid {
        panels: vec![vec![Some(panel(values, side, side))]],
        scale: (0.0, 1.0),
        ..HeatmapGrid::default()
    };
    let yellow = [253, 231, 37];
    assert!(dots(&grid(vec![1.0; 40_000], 200), yellow) > 9 * 40_000 - 10_000);
    assert!(dots(&grid(vec![1.0; 4], 2), yellow) > 9 * 4 * 28 * 28);
    assert!(
        dots(&grid(vec![0.0; 4], 2), yellow) < 100,
        "the end of the colour bar"
    );
}

#[test]
fn a_title_and_what_tells_figures_of_one_title_apart_both_stand_above() {
    let figures: Vec<Box<dyn Figure>> = vec![
        Box::new(DotPlot {
            subtitle: "told apart".into(),
            ..errors(2, 2)
        }),
        Box::new(Curves {
            subtitle: "told apart".into(),
            ..convergence(2, true, true)
        }),
        Box::new(LayerPanels {
            subtitle: "told apart".into(),
            ..ranks(1)
        }),
        Box::new(HeatmapGrid {
            subtitle: "told apart".into(),
            ..relations()
        }),
    ];
    for figure in figures {
        let texts = texts(&svg(&*figure));
        let place = |wanted: &str| texts.iter().find(|(text, _)| text == wanted).unwrap().1;
        let highest = texts.iter().map(|(_, at)| at[1]).fold(f64::MAX, f64::min);
        let subtitle = place("told apart");
        assert!(highest < subtitle[1] && subtitle[3] < 60.0, "{texts:?}");
    }
}

#[test]
fn data_can_be_kept_as_json_through_the_trait() {
    let figure: Box<dyn Figure> = Box::new(errors(2, 2));
    let json = serde_json::to_value(&figure).unwrap();
    assert_eq!(json["title"], "Synthetic tensor, noise 0.4");
    assert_eq!(json["groups"][0]["rows"][0]["published"][0], 0.2);
    for (name, figure) in samples() {
        let again = samples()
            .into_iter()
            .find(|(other, _)| *other == name)
            .unwrap()
            .1;
        let [a, b] = [figure, again].map(|figure| serde_json::to_string(&figure).unwrap());
        assert!(a.len() > 100 && a == b, "{name}");
    }
}

#[test]
fn text_is_escaped() {
    let figure = Curves {
        title: "a < b & \"c\"\u{7} opacity=\"1\"\u{ffff}".into(),
        ..Curves::default()
    };
    let found = texts(&svg(&figure));
    assert!(
        found
            .iter()
            .any(|(text, _)| text == "a < b & \"c\" opacity=\"1\""),
        "{found:?}"
    );
}

#[test]
fn data_that_contradict_their_shape_are_an_error_that_names_them() {
    let message = |figure: &dyn Figure| figure.draw().unwrap_err().to_string();
    let of = |panel: Panel| HeatmapGrid {
        panels: vec![vec![Some(panel)]],
        ..HeatmapGrid::default()
    };
    let wrong = Panel {
        title: "W".into(),
        ..panel(vec![1.0; 5], 2, 3)
    };
    assert_eq!(
        message(&of(wrong)),
        "panel \"W\": 5 values do not fill 2 rows × 3 columns; pass one value per cell, row by row"
    );
    let endless = panel(vec![], usize::MAX, 2);
    assert!(message(&of(endless)).contains("0 values do not fill"));
    let labelled = Panel {
        title: "A".into(),
        row_labels: strings(["one"]),
        ..panel(vec![1.0; 6], 2, 3)
    };
    assert_eq!(
        message(&of(labelled)),
        "\"A\": 1 labels for 2 rows; pass one for each"
    );
    let mut dots = errors(3, 3);
    dots.panels.pop();
    assert_eq!(
        message(&dots),
        "\"Standard HNCPD\": 3 values for 2 panels; pass one for each"
    );
    let mut layers = ranks(1);
    layers.layers.pop();
    assert_eq!(
        message(&layers),
        "\"Standard HNCPD\": 10 values for 9 places; pass one for each"
    );
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let saved = errors(1, 1).save(Path::new("no-such-folder"), "errors");
    let error = saved.unwrap_err().to_string();
    assert!(error.contains("errors.svg"), "{error}");
}

#[test]
fn a_stem_with_dots_keeps_them() {
    let dir = tempfile::tempdir().unwrap();
    errors(1, 1).save(dir.path(), "topics-v1.5").unwrap();
    assert!(dir.path().join("topics-v1.5.pdf").is_file());
}

#[test]
fn a_figure_too_large_to_print_is_refused() {
    let grid = HeatmapGrid {
        panels: (0..60)
            .map(|_| vec![relations().panels[0][0].clone(); 60])
            .collect(),
        ..HeatmapGrid::default()
    };
    let error = grid.draw().unwrap_err();
    assert!(matches!(error, FigureError::TooLarge(..)), "{error}");
}

#[test]
fn a_title_of_both_faces_has_its_glyphs_measured() {
    // Both faces of the font are sound: a long title takes two lines, in the middle.
    let figure = Curves {
        title: "W‖X − Y‖ 10⁻³ → … ".repeat(8),
        ..Curves::default()
    };
    let svg = svg(&figure);
    let bold = elements(&svg, "text");
    let bold = bold
        .iter()
        .filter(|text| text.get("font-weight") == Some("bold"));
    assert_eq!(bold.count(), 2);
}

/// Values that are no numbers, and numbers at the ends of what there is.
const ODD: [f64; 7] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -1.0,
    f64::MAX,
    f64::MIN_POSITIVE,
];

fn strange_grids() -> Vec<Box<dyn Figure>> {
    let mut figures: Vec<Box<dyn Figure>> = vec![Box::new(HeatmapGrid::default())];
    for (rows, cols) in [
        (0, 0),
        (0, 5),
        (5, 0),
        (1, 1),
        (1, 3000),
        (3000, 1),
        (1500, 2),
    ] {
        for scale in [
            (0.0, 0.0),
            (1.0, 0.0),
            (f64::NAN, 1.0),
            (f64::MIN, f64::MAX),
            (5.0, 5.0),
            (1e-320, 2e-320),
        ] {
            let values: Vec<f64> = ODD.into_iter().cycle().take(rows * cols).collect();
            let strange = Panel {
                annotate: true,
                row_labels: vec!["a\u{0}label".into(); rows],
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
    figures
}

fn strange_plots() -> Vec<Box<dyn Figure>> {
    let mut figures: Vec<Box<dyn Figure>> = vec![
        Box::new(DotPlot::default()),
        Box::new(Curves::default()),
        Box::new(LayerPanels::default()),
        Box::new(LayerPanels {
            panels: vec![LayerPanel::default(); 2],
            ..LayerPanels::default()
        }),
        Box::new(DotPlot {
            groups: vec![DotRows::default(), DotRows::default()],
            ..errors(0, 3)
        }),
        Box::new(errors(2, 0)),
        Box::new(LayerPanels {
            layers: vec!["name".into(); 300],
            panels: vec![LayerPanel {
                series: vec![Series::default(); 15],
                ..LayerPanel::default()
            }],
            ..LayerPanels::default()
        }),
    ];
    for values in [
        vec![],
        ODD.to_vec(),
        vec![2.0],
        vec![2.0; 9],
        vec![f64::MAX; 2],
        vec![1.0, 1.0 + f64::EPSILON],
        vec![1e300, -1e300],
        vec![1e-310, 3e-310],
        vec![f64::MIN_POSITIVE, 1e300],
        vec![1e9, 1e9 + 3.0],
    ] {
        for log in [false, true] {
            figures.push(Box::new(Curves {
                curves: vec![Curve {
                    label: String::new(),
                    points: values.iter().map(|value| (*value, *value)).collect(),
                }],
                ..convergence(0, log, log)
            }));
        }
        let spread = values.first().map(|centre| Spread {
            centre: *centre,
            trials: values.clone(),
        });
        let row = DotRow {
            values: vec![spread.clone()],
            published: values.iter().map(|value| Some(*value)).take(3).collect(),
            ..DotRow::default()
        };
        figures.push(Box::new(DotPlot {
            groups: vec![
                DotRows {
                    rows: vec![row; 3],
                    ..DotRows::default()
                };
                9
            ],
            ..errors(0, 3)
        }));
        figures.push(Box::new(LayerPanels {
            layers: strings(["only"]),
            panels: vec![LayerPanel {
                threshold: values.first().copied(),
                reach: values,
                series: vec![Series {
                    values: vec![spread],
                    ..Series::default()
                }],
                ..LayerPanel::default()
            }],
            ..LayerPanels::default()
        }));
    }
    figures
}

#[test]
fn strange_data_are_drawn_without_complaint() {
    for figure in strange_grids().into_iter().chain(strange_plots()) {
        let drawing = figure.draw().unwrap();
        let svg = drawing.svg().unwrap();
        let numbers = svg
            .split(['"', ',', ' '])
            .filter(|n| n.parse::<f64>().is_ok());
        let absurd = numbers.filter(|n| !n.parse::<f64>().is_ok_and(|n| n.abs() < 1e6));
        assert_eq!(
            absurd.collect::<Vec<_>>(),
            [""; 0],
            "{}",
            serde_json::to_string(&figure).unwrap()
        );
        drawing.png().unwrap();
        drawing.pdf().unwrap();
    }
}

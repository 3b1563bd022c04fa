//! Figures with the content and the labels of real ones.

#![allow(dead_code)]

use hntf_figures::*;

/// Reproducible numbers in [0, 1) that look random.
pub(crate) fn noise(index: usize) -> f64 {
    (index as f64 * 12.9898 + 4.1)
        .sin()
        .mul_add(43758.5453, 1e6)
        .fract()
}

fn blocks(rows: usize, cols: usize, shift: usize, count: usize) -> Vec<f64> {
    let value = |row: usize, col: usize| {
        let inside = row / 6 < count && (col + shift) / 6 == (row / 6 * 2 + shift) % 7;
        let base = if inside { 1.5 } else { 0.0 };
        base + (base + 0.2) * noise(row * cols + col + shift)
    };
    (0..rows * cols)
        .map(|index| value(index / cols, index % cols))
        .collect()
}

pub(crate) fn panel(values: Vec<f64>, rows: usize, cols: usize) -> Panel {
    Panel {
        rows,
        cols,
        values,
        ..Panel::default()
    }
}

pub(crate) fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub(crate) fn projections() -> HeatmapGrid {
    let view = |layer: usize, mode: usize| panel(blocks(40, 40, mode + layer, 7 - layer), 40, 40);
    HeatmapGrid {
        title: "Largest value along each mode, tensor of 40 × 40 × 40".into(),
        panels: (0..4)
            .map(|layer| (0..3).map(|mode| Some(view(layer, mode))).collect())
            .collect(),
        row_titles: strings([
            "noise-free data",
            "approximation, rank 7",
            "rank 4",
            "rank 2",
        ]),
        column_titles: strings(["along mode 3", "along mode 2", "along mode 1"]),
        x_labels: strings(["mode 2", "mode 3", "mode 3"]),
        y_labels: strings(["mode 1", "mode 1", "mode 2"]),
        scale: (0.0, 3.5),
        scale_label: "largest value".into(),
        ..HeatmapGrid::default()
    }
}

pub(crate) fn relations() -> HeatmapGrid {
    let relation = |rows: usize, cols: usize, truth: bool| {
        let value = |row: usize, col: usize| match (row * cols / rows == col, truth) {
            (inside, true) => f64::from(u8::from(inside)),
            (true, false) => 0.8 + 0.3 * noise(row + col),
            (false, false) => 0.1 * noise(3 * row + col),
        };
        let values = (0..rows * cols)
            .map(|index| value(index / cols, index % cols))
            .collect();
        Some(Panel {
            annotate: true,
            ..panel(values, rows, cols)
        })
    };
    let row = |rows, cols| {
        [true, false, false]
            .map(|truth| relation(rows, cols, truth))
            .to_vec()
    };
    HeatmapGrid {
        title: "Relations between layers".into(),
        panels: vec![row(7, 4), row(7, 2), row(4, 2)],
        row_titles: strings(["7 → 4", "7 → 2", "4 → 2"]),
        column_titles: strings(["ground truth", "Multi-HNTF", "Neural HNCPD"]),
        x_labels: vec!["topic of the upper layer".into(); 3],
        y_labels: vec!["topic below".into(); 3],
        scale: (0.0, 1.0),
        scale_label: "weight".into(),
        ..HeatmapGrid::default()
    }
}

/// A large matrix with missing cells beside factors of very different shapes.
fn factors() -> HeatmapGrid {
    let mut data = blocks(400, 112, 3, 7);
    data[5000..5300].fill(f64::NAN);
    let data = Panel {
        title: "documents × words".into(),
        ..panel(data, 400, 112)
    };
    let core = Panel {
        title: "S, normalised".into(),
        annotate: true,
        ..panel(blocks(7, 4, 1, 3), 7, 4)
    };
    let factor = Panel {
        title: "A".into(),
        col_labels: strings(["politics", "religion", "space flight", "hockey"]),
        ..panel(blocks(400, 4, 1, 3), 400, 4)
    };
    HeatmapGrid {
        panels: vec![vec![Some(data), Some(core), Some(factor)]],
        x_labels: vec!["word".into()],
        y_labels: vec!["document".into()],
        scale: (0.0, 3.5),
        ..HeatmapGrid::default()
    }
}

const METHODS: [&str; 12] = [
    "Standard HNCPD",
    "Neural HNCPD",
    "HNTF-1",
    "HNTF-2",
    "HNTF-3",
    "Multi-HNTF",
    "HNMF along mode 1",
    "HNMF along mode 2",
    "HNMF along mode 3",
    "Neural NMF",
    "NCPD at each rank",
    "Deep semi-NMF",
];

/// A dot plot of so many rows and panels, a third of the rows beyond the publication.
pub(crate) fn errors(rows: usize, panels: usize) -> DotPlot {
    let spread = |row: usize, panel: usize| {
        let base = [0.12, 0.45, 0.71][panel % 3] + 0.2 * noise(row);
        let trial = |index| base + 0.05 * noise(index + 100 * row + 1000 * panel);
        let trials: Vec<f64> = (0..1 + 3 * (row % 4)).map(trial).collect();
        let centre = trials.iter().sum::<f64>() / trials.len() as f64;
        // Some have no such layer, and one fit failed.
        match (row, panel) {
            (8 | 19, 1) => None,
            (10, 2) => Some(Spread {
                centre: f64::NAN,
                trials: vec![f64::NAN; 2],
            }),
            _ => Some(Spread { centre, trials }),
        }
    };
    let dot_row = |row: usize, mark: &str| DotRow {
        label: match row {
            13 => format!("Neural Multi-HNTF, first layer frozen, supervised, best of 10{mark}"),
            _ => format!("{}{mark}", METHODS[row % METHODS.len()]),
        },
        values: (0..panels).map(|panel| spread(row, panel)).collect(),
        published: (0..panels)
            .map(|panel| (row < 6 && panel != 1).then_some(0.2 + 0.3 * panel as f64))
            .collect(),
    };
    let beyond = rows - rows / 3;
    DotPlot {
        title: "Synthetic tensor, noise 0.4".into(),
        subtitle: String::new(),
        panels: (0..panels)
            .map(|panel| format!("r = {}", 7 - panel % 6))
            .collect(),
        x_label:
            "Relative error against the noise-free tensor; mean over trials, or the best where \
                  the name says so"
                .into(),
        groups: vec![
            DotRows {
                name: "row of the publication".into(),
                rows: (0..beyond).map(|row| dot_row(row, "")).collect(),
            },
            DotRows {
                name: "† row beyond it".into(),
                rows: (beyond..rows).map(|row| dot_row(row, " †")).collect(),
            },
        ],
    }
}

/// One group, and a name that is one long word.
fn unnamed_errors() -> DotPlot {
    let mut plot = errors(3, 2);
    plot.title.clear();
    plot.groups.iter_mut().for_each(|group| group.name.clear());
    plot.groups[0].rows[1].label = "supervised-neural-multi-hntf-".repeat(4);
    plot
}

/// What is said of ten ranks, in three plots.
pub(crate) fn ranks(methods: usize) -> LayerPanels {
    let panel = |y_label: &str, scale: f64, threshold, reach: Vec<f64>| {
        let spread = |method: usize, rank: usize| {
            let trial = |index: usize| {
                scale * (0.5 + 0.5 * noise(index + 10 * rank + 100 * method)) / (rank + 1) as f64
            };
            let trials: Vec<f64> = (0..6).map(trial).collect();
            let centre = trials.iter().sum::<f64>() / 6.0;
            Some(Spread { centre, trials })
        };
        let series = |method: usize| Series {
            label: METHODS[method].into(),
            values: (0..10).map(|rank| spread(method, rank)).collect(),
        };
        LayerPanel {
            y_label: y_label.into(),
            series: (0..methods).map(series).collect(),
            threshold,
            reach,
        }
    };
    LayerPanels {
        title: "How many topics?".into(),
        subtitle: String::new(),
        layers: (1..11).map(|rank| rank.to_string()).collect(),
        x_label: "rank".into(),
        panels: vec![
            panel("training error", 1.0, None, Vec::new()),
            panel("stability of best", 1.0, Some(0.9), vec![1.0]),
            panel("core consistency", 100.0, Some(50.0), vec![0.0, 100.0]),
        ],
    }
}

pub(crate) fn convergence(curves: usize, log_x: bool, log_y: bool) -> Curves {
    let error = |method: usize, step: f64| {
        let pace = 100.0 + 80.0 * method as f64;
        0.01 * (method + 1) as f64
            + (-step / pace).exp() * (1.0 + 0.1 * noise(step as usize + method))
    };
    let curve = |method: usize| Curve {
        label: METHODS[method].into(),
        points: (0..5000)
            .map(|step| (f64::from(step), error(method, f64::from(step))))
            .collect(),
    };
    Curves {
        title: "Convergence".into(),
        subtitle: "best trial by training error".into(),
        x_label: "iteration".into(),
        y_label: "relative error".into(),
        log_x,
        log_y,
        curves: (0..curves).map(curve).collect(),
    }
}

/// A small heat map with long words around it, values beyond its scale, and a class without any.
fn confusion() -> HeatmapGrid {
    let classes = strings(["democrats (n = 12)", "republicans (n = 0)"]);
    let values = vec![0.75, 0.25, f64::NAN, f64::NAN];
    let panel = |values| Panel {
        row_labels: classes.clone(),
        col_labels: strings(["democrats", "republicans"]),
        annotate: true,
        ..panel(values, 2, 2)
    };
    HeatmapGrid {
        title: "Multi-HNTF, supervised: trial 3, the best by training error".into(),
        panels: vec![vec![
            Some(panel(values)),
            Some(panel(vec![1.5, 0.0, 0.5, -1.0])),
        ]],
        column_titles: strings(["layer of rank 4", "layer of rank 2"]),
        x_labels: vec!["predicted party".into(); 2],
        y_labels: vec!["true party".into(); 2],
        scale: (0.0, 1.0),
        scale_label: "share of the documents of the true class".into(),
        ..HeatmapGrid::default()
    }
}

/// Projections of a tensor of 300 × 5 × 40.
pub(crate) fn unequal_projections() -> HeatmapGrid {
    let shapes = [(5, 40), (300, 40), (300, 5)];
    let view = |layer: usize| {
        let panel = |(rows, cols)| Some(panel(blocks(rows, cols, layer, 7), rows, cols));
        shapes.map(panel).to_vec()
    };
    HeatmapGrid {
        panels: (0..3).map(view).collect(),
        x_labels: strings(["period", "period", "person"]),
        y_labels: strings(["person", "word", "word"]),
        ..projections()
    }
}

/// Where topics live in long modes: 150 people and 40 weeks at three layers.
pub(crate) fn topics() -> HeatmapGrid {
    let row = |rows: usize, name: &str| {
        let panel = |cols: usize| {
            let value = |i: usize| {
                noise(i)
                    * if i / cols % cols == i % cols {
                        1.0
                    } else {
                        0.2
                    }
            };
            Some(Panel {
                row_labels: (0..rows).map(|i| format!("{name} {}", i + 1)).collect(),
                col_labels: (0..cols)
                    .map(|i| format!("{} energy power market", i + 1))
                    .collect(),
                ..panel((0..rows * cols).map(value).collect(), rows, cols)
            })
        };
        [8, 4, 2].map(panel).to_vec()
    };
    HeatmapGrid {
        title: "Mail of a company".into(),
        subtitle: "Multi-HNTF: trial 3, the best by training error".into(),
        panels: vec![row(150, "person"), row(40, "week")],
        row_titles: strings(["person", "week, first day"]),
        column_titles: strings(["rank 8", "rank 4", "rank 2"]),
        x_labels: vec!["topic".into(); 3],
        scale: (0.0, 1.0),
        scale_label: "weight, scaled so that each topic's largest is 1".into(),
        ..HeatmapGrid::default()
    }
}

pub(crate) fn samples() -> Vec<(&'static str, Box<dyn Figure>)> {
    vec![
        ("projections", Box::new(projections())),
        ("unequal-projections", Box::new(unequal_projections())),
        ("topics", Box::new(topics())),
        ("relations", Box::new(relations())),
        ("factors", Box::new(factors())),
        ("confusion", Box::new(confusion())),
        ("errors", Box::new(errors(20, 3))),
        ("one-error", Box::new(errors(1, 1))),
        ("errors-of-many-layers", Box::new(errors(4, 12))),
        ("unnamed-errors", Box::new(unnamed_errors())),
        ("ranks", Box::new(ranks(2))),
        ("ranks-of-one", Box::new(ranks(1))),
        ("convergence", Box::new(convergence(12, false, true))),
        ("log-convergence", Box::new(convergence(4, true, false))),
    ]
}

//! Figures with the content and the labels of real ones.

use super::super::*;

/// Reproducible numbers in [0, 1) that look random.
pub(super) fn noise(index: usize) -> f64 {
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

pub(super) fn panel(values: Vec<f64>, rows: usize, cols: usize) -> Panel {
    Panel {
        rows,
        cols,
        values,
        ..Panel::default()
    }
}

pub(super) fn strings<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub(super) fn projections() -> HeatmapGrid {
    let view = |layer: usize, mode: usize| panel(blocks(40, 40, mode + layer, 7 - layer), 40, 40);
    HeatmapGrid {
        title: Some("Largest value along each mode, tensor of 40 × 40 × 40".into()),
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
    }
}

pub(super) fn relations() -> HeatmapGrid {
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
        title: Some("Relations between layers".into()),
        panels: vec![row(7, 4), row(7, 2), row(4, 2)],
        row_titles: strings(["7 → 4", "7 → 2", "4 → 2"]),
        column_titles: strings(["ground truth", "Multi-HNTF", "Neural HNCPD"]),
        x_labels: vec!["topic of the upper layer".into(); 3],
        y_labels: vec!["topic below".into(); 3],
        scale: (0.0, 1.0),
        scale_label: "weight".into(),
    }
}

/// A large matrix with missing cells beside factors of very different shapes.
fn factors() -> HeatmapGrid {
    let mut data = blocks(400, 112, 3, 7);
    data[5000..5300].fill(f64::NAN);
    let data = Panel {
        title: "documents × words".into(),
        row_breaks: vec![100, 200, 300],
        col_breaks: vec![30, 60],
        ..panel(data, 400, 112)
    };
    let core = Panel {
        title: "S, normalised".into(),
        row_breaks: vec![3],
        col_breaks: vec![2],
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

pub(super) fn errors(methods: usize) -> ErrorByLayer {
    let spread = |method: usize, layer: usize| {
        let base = [0.12, 0.45, 0.71][layer] + 0.2 * noise(method);
        let trial = |index| base + 0.05 * noise(index + 100 * method + 1000 * layer);
        let trials: Vec<f64> = (0..10).map(trial).collect();
        let mean = trials.iter().sum::<f64>() / 10.0;
        Some(Spread { mean, trials })
    };
    let series = |method: usize| Series {
        label: METHODS[method].into(),
        emphasised: method == 5,
        values: (0..3)
            .map(|layer| spread(method, layer).filter(|_| method != 8 || layer != 1))
            .collect(),
        published: vec![
            (method < 6).then_some(0.2),
            None,
            (method < 6).then_some(0.8),
        ],
    };
    ErrorByLayer {
        title: "Relative error by layer, 10 trials".into(),
        layers: strings(["r = 7", "r = 4", "r = 2"]),
        x_label: "layer".into(),
        y_label: "relative error".into(),
        series: (0..methods).map(series).collect(),
    }
}

/// What is said of ten ranks, in three plots.
pub(super) fn ranks(methods: usize) -> LayerPanels {
    let panel = |y_label: &str, scale: f64, threshold, reach: Vec<f64>| {
        let spread = |method: usize, rank: usize| {
            let trial = |index: usize| {
                scale * (0.5 + 0.5 * noise(index + 10 * rank + 100 * method)) / (rank + 1) as f64
            };
            let trials: Vec<f64> = (0..6).map(trial).collect();
            let mean = trials.iter().sum::<f64>() / 6.0;
            Some(Spread { mean, trials })
        };
        let series = |method: usize| Series {
            label: METHODS[method].into(),
            emphasised: true,
            values: (0..10).map(|rank| spread(method, rank)).collect(),
            published: Vec::new(),
        };
        LayerPanel {
            plot: ErrorByLayer {
                title: String::new(),
                layers: (1..11).map(|rank| rank.to_string()).collect(),
                x_label: "rank".into(),
                y_label: y_label.into(),
                series: (0..methods).map(series).collect(),
            },
            threshold,
            reach,
        }
    };
    LayerPanels {
        title: "How many topics?".into(),
        panels: vec![
            panel("training error", 1.0, None, Vec::new()),
            panel("stability of best", 1.0, Some(0.9), vec![1.0]),
            panel("core consistency", 100.0, Some(50.0), vec![0.0, 100.0]),
        ],
    }
}

pub(super) fn convergence(curves: usize, log_x: bool, log_y: bool) -> Curves {
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
        x_label: "iteration".into(),
        y_label: "relative error".into(),
        log_x,
        log_y,
        curves: (0..curves).map(curve).collect(),
    }
}

pub(super) fn samples() -> Vec<(&'static str, Box<dyn Figure>)> {
    vec![
        ("projections", Box::new(projections())),
        ("relations", Box::new(relations())),
        ("factors", Box::new(factors())),
        ("errors", Box::new(errors(12))),
        ("few-errors", Box::new(errors(3))),
        ("ranks", Box::new(ranks(2))),
        ("ranks-of-one", Box::new(ranks(1))),
        ("convergence", Box::new(convergence(12, false, true))),
        ("log-convergence", Box::new(convergence(4, true, false))),
    ]
}

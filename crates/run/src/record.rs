//! The one record of an experiment: rows (method, trial, layer, metric, value).

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One measured value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The method's id.
    pub method: String,
    /// Which of its trials.
    pub trial: u32,
    /// 0 is the first layer.
    pub layer: usize,
    /// What was measured.
    pub metric: String,
    /// Its value; written in the shortest form that reads back to the same bits.
    pub value: f64,
}

impl Cell {
    /// What identifies a cell, in the order of records.
    pub fn key(&self) -> (&str, u32, usize, &str) {
        (&self.method, self.trial, self.layer, &self.metric)
    }
}

/// All cells of an experiment, sorted by method, trial, layer and metric.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    cells: Vec<Cell>,
}

/// Records that cannot be read or written.
#[derive(Debug, Error)]
pub enum RecordError {
    /// A file that cannot be opened.
    #[error("{}: no committed results can be read there ({source}): write them with cargo xtask reproduce, or with check --bless", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file that is no record.
    #[error("{}: not a record of cells ({reason}); expected the columns method,trial,layer,metric,value: restore the file, or write it again with check --bless", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, with the line.
        reason: String,
    },
}

impl Record {
    /// A record of these cells.
    pub fn new(mut cells: Vec<Cell>) -> Self {
        cells.sort_by(|a, b| a.key().cmp(&b.key()));
        Self { cells }
    }

    /// All cells in order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The values of one method, layer and metric, trial by trial.
    pub fn trials<'a>(
        &'a self,
        method: &'a str,
        layer: usize,
        metric: &'a str,
    ) -> impl Iterator<Item = (u32, f64)> + 'a {
        self.cells
            .iter()
            .filter(move |c| c.method == method && c.layer == layer && c.metric == metric)
            .map(|c| (c.trial, c.value))
    }

    /// Writes the cells as CSV.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn write(&self, out: impl Write) -> Result<(), csv::Error> {
        let mut writer = csv::Writer::from_writer(out);
        for cell in &self.cells {
            writer.serialize(cell)?;
        }
        if self.cells.is_empty() {
            writer.write_record(["method", "trial", "layer", "metric", "value"])?;
        }
        writer.flush()?;
        Ok(())
    }

    /// Reads what [`Record::write`] wrote.
    ///
    /// # Errors
    /// A file that is missing or has other columns.
    pub fn read(path: &Path) -> Result<Self, RecordError> {
        let file = std::fs::File::open(path).map_err(|source| RecordError::Read {
            path: path.to_path_buf(),
            source,
        })?;
        let mut reader = csv::Reader::from_reader(file);
        let cells = reader
            .deserialize()
            .collect::<Result<Vec<Cell>, _>>()
            .map_err(|e| RecordError::Format {
                path: path.to_path_buf(),
                reason: e.to_string(),
            })?;
        Ok(Self::new(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_record_reads_back_to_the_same_bits(bits: Vec<u64>) {
            let cells = bits.iter().enumerate().map(|(i, bits)| Cell {
                method: "multi-hntf".to_owned(),
                trial: i as u32 / 3,
                layer: i % 3,
                metric: "relative-error".to_owned(),
                value: Some(f64::from_bits(*bits)).filter(|x| x.is_finite()).unwrap_or(0.1),
            });
            let record = Record::new(cells.collect());
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("cells.csv");
            record.write(std::fs::File::create(&path).unwrap()).unwrap();
            let back = Record::read(&path).unwrap();
            prop_assert_eq!(record.cells().len(), back.cells().len());
            for (a, b) in record.cells().iter().zip(back.cells()) {
                prop_assert_eq!(a.key(), b.key());
                prop_assert_eq!(a.value.to_bits(), b.value.to_bits());
            }
        }
    }
}

//! The matrix of nested blocks that Neural NMF was published with.

use std::path::Path;

use hntf_tensor::npy::read_npy;
use hntf_tensor::{DenseTensor, Tensor};
use serde::{Deserialize, Serialize};

use crate::parameters::parameters;

use crate::{About, Dataset, DatasetError, Field, LabelSet, NamedSource, Origin, Places, Source};

const FOLDER: &str = "nested-blocks";
/// The sets of classes, finest first: their sizes are in the names of the files.
const SETS: [usize; 3] = [9, 4, 2];

parameters! {
    /// 87 × 90: nine blocks within four within two, with noise, and the classes of the columns at all
    /// three levels. Files: `X.npy`, `labels9.npy`, `labels4.npy`, `labels2.npy` and, for the mask,
    /// `labelled40.npy`.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
    pub struct NestedBlocks {
        /// The columns whose classes a fit may see.
        pub known: Known,
    }
}

/// Which columns have known classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// All of them.
    #[default]
    All,
    /// The forty of `labelled40.npy`.
    Forty,
}

impl NamedSource for NestedBlocks {
    const ABOUT: About = About {
        id: FOLDER,
        summary: "an 87 × 90 matrix of nested blocks with noise, and three sets of labels",
        citation: "the Neural NMF package, github.com/jvendrow/NeuralNMF",
    };

    const FIELDS: &'static [Field] = Self::FIELDS;

    fn with_defaults() -> Self {
        Self::default()
    }
}

impl Source for NestedBlocks {
    fn load(&self, places: &Places) -> Result<Dataset, DatasetError> {
        let steps = "save X of the Neural NMF package's synthetic data (github.com/jvendrow/NeuralNMF) as X.npy, with labels9.npy, labels4.npy, labels2.npy and labelled40.npy beside it, in a folder of that name";
        let folder = places.find(Origin::ByHand(steps), &[FOLDER])?;
        let path = folder.join("X.npy");
        let array = read_npy(&path)?;
        let [_, columns] = *array.shape.as_slice() else {
            return Err(DatasetError::Columns {
                path,
                problem: "a matrix is needed".to_owned(),
                found: format!("an array of shape {:?}", array.shape),
            });
        };
        let content = |source| DatasetError::Content {
            path: path.clone(),
            source,
        };
        let tensor = DenseTensor::new(array.shape, array.values).map_err(content)?;
        tensor.check_nonnegative().map_err(content)?;
        let norm = tensor.squared_norm().sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            return Err(DatasetError::Norm { path, norm });
        }
        let known = match self.known {
            Known::All => vec![true; columns],
            Known::Forty => {
                let mask = read_classes(&folder.join("labelled40.npy"), columns, 2)?;
                mask.into_iter().map(|x| x == 1).collect()
            }
        };
        let labels = SETS.iter().map(|classes| {
            let path = folder.join(format!("labels{classes}.npy"));
            Ok(LabelSet {
                name: format!("block of {classes}"),
                classes: (1..=*classes).map(|c| format!("block {c}")).collect(),
                of: read_classes(&path, columns, *classes)?,
                known: known.clone(),
            })
        });
        let labels = labels.collect::<Result<_, DatasetError>>()?;
        let mode_names = vec!["row".to_owned(), "column".to_owned()];
        Ok(Dataset {
            labels,
            ..Dataset::new(Box::new(tensor), "data", mode_names)
        })
    }
}

/// The class of every column, 0 … `classes` − 1.
fn read_classes(path: &Path, columns: usize, classes: usize) -> Result<Vec<usize>, DatasetError> {
    let array = read_npy(path)?;
    let wrong = |problem: String, found: String| DatasetError::Columns {
        path: path.to_owned(),
        problem,
        found,
    };
    if array.shape != [columns] {
        let expected = format!("a list of {columns} numbers, one per column of X.npy, is needed");
        return Err(wrong(expected, format!("shape {:?}", array.shape)));
    }
    let class = |(j, value): (usize, &f64)| {
        let class = (0..classes).find(|c| *c as f64 == *value);
        class.ok_or_else(|| {
            let expected = format!("whole numbers from 0 to {} are needed", classes - 1);
            wrong(expected, format!("{value} at place {j}"))
        })
    };
    array.values.iter().enumerate().map(class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_tensor::npy::write_npy;

    /// Files of a 2 × 3 matrix; `change` may write others over them.
    fn load(known: Known, change: impl FnOnce(&Path)) -> Result<Dataset, DatasetError> {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join(FOLDER);
        std::fs::create_dir(&folder).unwrap();
        let write = |name: &str, shape: &[usize], values: &[f64]| {
            write_npy(&folder.join(name), shape, values).unwrap();
        };
        write("X.npy", &[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        write("labels9.npy", &[3], &[0.0, 8.0, 3.0]);
        write("labels4.npy", &[3], &[0.0, 3.0, 1.0]);
        write("labels2.npy", &[3], &[0.0, 1.0, 1.0]);
        write("labelled40.npy", &[3], &[1.0, 0.0, 1.0]);
        change(&folder);
        let places = Places {
            data: vec![root.path().join("elsewhere"), root.path().to_path_buf()],
            ..Places::default()
        };
        NestedBlocks { known }.load(&places)
    }

    #[test]
    fn the_sets_of_classes_go_from_fine_to_coarse() {
        let dataset = load(Known::All, |_| ()).unwrap();
        assert_eq!(dataset.data.shape(), [2, 3]);
        let classes: Vec<_> = dataset.labels.iter().map(|l| l.classes.len()).collect();
        assert_eq!(classes, SETS);
        assert_eq!(dataset.labels[0].of, [0, 8, 3]);
        assert!(dataset.labels.iter().all(|l| l.known == [true; 3]));
    }

    #[test]
    fn the_mask_hides_classes_at_every_level() {
        let dataset = load(Known::Forty, |_| ()).unwrap();
        let masked = |l: &LabelSet| l.known == [true, false, true];
        assert!(dataset.labels.iter().all(masked));
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let refused = |name: &'static str, shape: &[usize], values: &[f64]| {
            let change = |folder: &Path| write_npy(&folder.join(name), shape, values).unwrap();
            load(Known::Forty, change).err().unwrap().to_string()
        };
        let text = refused("labels4.npy", &[2], &[0.0, 1.0]);
        assert!(
            text.contains("labels4.npy") && text.contains("3 numbers"),
            "{text}"
        );
        let text = refused("labels4.npy", &[3], &[0.0, 4.0, 1.0]);
        assert!(
            text.contains("from 0 to 3") && text.contains("4 at place 1"),
            "{text}"
        );
        let text = refused("labelled40.npy", &[3], &[0.0, 0.5, 1.0]);
        assert!(text.contains("0.5 at place 1"), "{text}");
        let text = refused("X.npy", &[6], &[1.0; 6]);
        assert!(text.contains("a matrix is needed"), "{text}");
        let text = refused("X.npy", &[2, 3], &[1.0, 1.0, 1.0, 1.0, 1.0, -1.0]);
        assert!(text.contains("[1, 2]"), "{text}");
    }

    #[test]
    fn files_that_are_not_there_are_told_with_where_to_get_them() {
        let error = NestedBlocks::default()
            .load(&Places::default())
            .err()
            .unwrap();
        assert!(matches!(error, DatasetError::Absent { .. }));
        let said = error.to_string();
        assert!(
            said.contains("jvendrow/NeuralNMF") && !said.contains("xtask fetch"),
            "{said}"
        );
        let gone = |folder: &Path| std::fs::remove_file(folder.join("labels2.npy")).unwrap();
        let error = load(Known::All, gone).err().unwrap();
        assert!(error.to_string().contains("labels2.npy"), "{error}");
    }
}

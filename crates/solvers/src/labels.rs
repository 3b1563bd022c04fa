//! Known classes of the indices of one mode.

/// Which class each index of the labelled mode (a document, say) belongs to, where it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    classes: usize,
    of: Vec<Option<usize>>,
}

impl Labels {
    /// Labels with classes 0 … `classes` − 1; `None` for an index whose class may not be used.
    ///
    /// Returns `None` if a class is out of range.
    pub fn new(classes: usize, of: Vec<Option<usize>>) -> Option<Self> {
        of.iter()
            .flatten()
            .all(|c| *c < classes)
            .then_some(Self { classes, of })
    }

    /// No classes and no labels, for `len` indices.
    pub fn unknown(len: usize) -> Self {
        Self {
            classes: 0,
            of: vec![None; len],
        }
    }

    /// Number of classes.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Number of indices, labelled or not.
    pub fn len(&self) -> usize {
        self.of.len()
    }

    /// Whether there are no indices.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The class of index `j`, if known.
    pub fn class(&self, j: usize) -> Option<usize> {
        self.of[j]
    }

    /// (index, class) of all labelled indices, in order.
    pub fn known(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.of
            .iter()
            .enumerate()
            .filter_map(|(j, c)| c.map(|c| (j, c)))
    }
}

//! What every data set has.

use hntf_tensor::{ContentWriter, Tensor};

use crate::text::FittedText;

/// Data to factorize, and what is known about it.
pub struct Dataset {
    /// The tensor X that models are fitted to.
    pub data: Box<dyn Tensor>,
    /// What the tables call X: "data with noise", say.
    pub data_name: String,
    /// The tensor T that errors are measured against, where it is not X itself, and its name.
    pub reference: Option<(String, Box<dyn Tensor>)>,
    /// What the modes are called.
    pub mode_names: Vec<String>,
    /// Names of the indices of each mode (words, documents), where they have any.
    pub items: Vec<Option<Vec<String>>>,
    /// Classes of the last mode's indices, the finest set first.
    pub labels: Vec<LabelSet>,
    /// The true hierarchy of topics, where it is known.
    pub truth: Vec<Grouping>,
    /// Where the data stands for other data that it approximates: the squared norm of the rest,
    /// orthogonal to it, so that the other data has the squared norm ‖X‖² + this.
    pub left_out: Option<f64>,
    /// How its documents became data, to make the same of new ones. `None` for data that was not made
    /// of text here, as the authors' Twitter tensor and published factors: their words are known and
    /// their weights are not.
    pub text: Option<FittedText>,
    /// What a reader of the results should know about the data: counts, what was left out.
    pub notes: Vec<String>,
}

impl Dataset {
    /// Data of which nothing is known but what its modes are called.
    pub fn new(data: Box<dyn Tensor>, data_name: &str, mode_names: Vec<String>) -> Self {
        Self {
            items: vec![None; mode_names.len()],
            data,
            data_name: data_name.to_owned(),
            reference: None,
            mode_names,
            labels: Vec::new(),
            truth: Vec::new(),
            left_out: None,
            text: None,
            notes: Vec::new(),
        }
    }

    /// The mode whose items are words: the one with the most names.
    pub fn word_mode(&self) -> Option<usize> {
        let named = self.items.iter().enumerate();
        let sizes = named.filter_map(|(m, items)| items.as_ref().map(|items| (items.len(), m)));
        sizes.max().map(|(_, m)| m)
    }

    /// The tensor that errors are measured against.
    pub fn reference(&self) -> &dyn Tensor {
        self.reference.as_ref().map_or(&*self.data, |(_, t)| &**t)
    }

    /// The label set, where one is needed: what accuracy is measured on, what confusion matrices and
    /// figures show. It is the last one, the coarsest.
    pub fn label_set(&self) -> Option<&LabelSet> {
        self.labels.last()
    }

    /// The label set that goes with layer `layer`, from 0 and fine to coarse: the one at its place, and
    /// [`Dataset::label_set`] for layers above the sets.
    pub fn label_set_of_layer(&self, layer: usize) -> Option<&LabelSet> {
        self.labels.get(layer).or(self.label_set())
    }

    /// Feeds everything but `data` that measures and views of a fit depend on to `sink`, as
    /// [`Tensor::content`] does the data: names, the reference, items, labels, truth, what was left
    /// out, and how text became data. Notes are words about all of these and not fed.
    pub fn context(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.text(&self.data_name);
        out.texts(&self.mode_names);
        out.flag(self.reference.is_some());
        if let Some((name, reference)) = &self.reference {
            out.text(name);
            out.with(|sink| reference.content(sink));
        }
        out.size(self.items.len());
        for items in &self.items {
            out.flag(items.is_some());
            out.texts(items.as_deref().unwrap_or_default());
        }
        out.with(|sink| self.label_content(sink));
        out.size(self.truth.len());
        for grouping in &self.truth {
            out.sizes(&grouping.classes);
            out.size(grouping.coarse);
        }
        out.flag(self.left_out.is_some());
        out.number(self.left_out.unwrap_or_default());
        out.flag(self.text.is_some());
        if let Some(text) = &self.text {
            out.with(|sink| text.content(sink));
        }
    }

    /// Feeds the label sets to `sink`: what supervised fits depend on besides `data`.
    pub fn label_content(&self, sink: &mut dyn FnMut(&[u8])) {
        let mut out = ContentWriter::new(sink);
        out.size(self.labels.len());
        for set in &self.labels {
            out.text(&set.name);
            out.texts(&set.classes);
            out.sizes(&set.of);
            out.flags(&set.known);
        }
    }
}

/// The classes of the indices of the last mode (documents, say).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelSet {
    /// What the classes are: "group", "subject".
    pub name: String,
    /// Their names.
    pub classes: Vec<String>,
    /// The class of every index.
    pub of: Vec<usize>,
    /// Whether the class of an index may be used for fitting; the others are what accuracy is
    /// measured on.
    pub known: Vec<bool>,
}

/// The true classes of topics: of `classes.len()` fine topics, topic i belongs to `classes[i]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grouping {
    /// The class of every fine topic.
    pub classes: Vec<usize>,
    /// The number of classes.
    pub coarse: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use hntf_tensor::DenseTensor;

    fn labelled() -> Dataset {
        let tensor = |value| Box::new(DenseTensor::new(vec![1, 2], vec![value, 1.0]).unwrap());
        let set = |name: &str, of: &[usize]| LabelSet {
            name: name.to_owned(),
            classes: vec!["x".to_owned(), "y".to_owned()],
            of: of.to_vec(),
            known: vec![true, false],
        };
        let names = vec!["word".to_owned(), "document".to_owned()];
        let mut dataset = Dataset::new(tensor(1.0), "data", names);
        dataset.reference = Some(("data without noise".to_owned(), tensor(2.0)));
        dataset.items[0] = Some(vec!["tensor".to_owned()]);
        dataset.labels = vec![set("group", &[0, 1]), set("subject", &[1, 1])];
        dataset.truth = vec![Grouping {
            classes: vec![0, 0],
            coarse: 1,
        }];
        dataset.left_out = Some(0.0);
        dataset
    }

    fn bytes(feed: impl FnOnce(&mut dyn FnMut(&[u8]))) -> Vec<u8> {
        let mut bytes = Vec::new();
        feed(&mut |part| bytes.extend_from_slice(part));
        bytes
    }

    /// Whether a change is seen in the context, and in the labels.
    fn seen(change: impl FnOnce(&mut Dataset)) -> (bool, bool) {
        let (before, mut after) = (labelled(), labelled());
        change(&mut after);
        (
            bytes(|sink| before.context(sink)) != bytes(|sink| after.context(sink)),
            bytes(|sink| before.label_content(sink)) != bytes(|sink| after.label_content(sink)),
        )
    }

    #[test]
    fn a_changed_label_is_seen_in_the_labels_and_in_the_context() {
        assert_eq!(seen(|d| d.labels[0].of[0] = 1), (true, true));
        assert_eq!(seen(|d| d.labels[1].known[1] = true), (true, true));
        assert_eq!(seen(|d| d.labels[1].name.push('s')), (true, true));
        assert_eq!(seen(|d| d.labels[0].classes[1].clear()), (true, true));
        assert_eq!(seen(|d| d.labels.swap(0, 1)), (true, true));
        assert_eq!(seen(|d| drop(d.labels.pop())), (true, true));
    }

    #[test]
    fn everything_else_is_seen_in_the_context_alone() {
        assert_eq!(seen(|d| d.data_name.push('s')), (true, false));
        assert_eq!(seen(|d| d.mode_names[1].push('s')), (true, false));
        assert_eq!(seen(|d| d.items[1] = Some(Vec::new())), (true, false));
        assert_eq!(seen(|d| d.items[0] = None), (true, false));
        assert_eq!(seen(|d| d.left_out = None), (true, false));
        assert_eq!(seen(|d| d.left_out = Some(0.5)), (true, false));
        assert_eq!(seen(|d| d.truth[0].classes[1] = 1), (true, false));
        assert_eq!(seen(|d| d.truth[0].coarse = 2), (true, false));
        assert_eq!(seen(|d| d.reference = None), (true, false));
        let renamed = seen(|d| d.reference.as_mut().unwrap().0.push('s'));
        assert_eq!(renamed, (true, false));
        let other = |d: &mut Dataset| {
            let tensor = DenseTensor::new(vec![1, 2], vec![2.0, 0.5]).unwrap();
            d.reference = Some(("data without noise".to_owned(), Box::new(tensor)));
        };
        assert_eq!(seen(other), (true, false));
    }

    #[test]
    fn the_data_has_a_digest_of_its_own_and_notes_are_words() {
        let other = DenseTensor::new(vec![1, 2], vec![7.0, 7.0]).unwrap();
        assert_eq!(seen(|d| d.data = Box::new(other)), (false, false));
        assert_eq!(seen(|d| d.notes.push("a note".to_owned())), (false, false));
    }

    #[test]
    fn the_label_set_is_the_coarsest_and_layers_have_their_own_first() {
        let dataset = labelled();
        let name = |set: Option<&LabelSet>| set.unwrap().name.clone();
        assert_eq!(name(dataset.label_set()), "subject");
        let layers: Vec<_> = (0..3)
            .map(|l| name(dataset.label_set_of_layer(l)))
            .collect();
        assert_eq!(layers, ["group", "subject", "subject"]);
    }
}

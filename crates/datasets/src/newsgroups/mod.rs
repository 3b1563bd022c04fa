//! 20 Newsgroups, by date: the archive of posts and the matrix of the published experiments.
//!
//! Posts are read, cleaned and ordered as scikit-learn's `fetch_20newsgroups` does, weighted by
//! TF-IDF over all posts of the chosen groups, and the first posts of each group become columns.

mod archive;
mod clean;
mod error;
mod groups;
mod introsort;
mod options;
mod posts;
mod source;

use std::path::Path;

pub use archive::{ARCHIVE, validate};
pub use error::NewsgroupsError;
pub use groups::{GROUPS, Group, GroupCount, PUBLISHED_GROUPS, SUBJECTS, Split};
pub use options::{ColumnOrder, NewsgroupsOptions, Part, PerGroup};
pub use posts::{Post, read_posts};

use crate::text::{FittedVectorizer, TermDocuments, Vectorizer};

/// Posts as a matrix, with their classes.
///
/// Columns are sorted by class. Vectors named after columns have an element for each.
#[derive(Debug, Clone, PartialEq)]
pub struct Newsgroups {
    /// Terms × posts.
    pub matrix: TermDocuments,
    /// Names of the columns: group/file.
    pub documents: Vec<String>,
    /// Names of the classes: the groups, sorted.
    pub classes: Vec<String>,
    /// The class of each column.
    pub class_of: Vec<usize>,
    /// Names of the super-classes: the subjects that occur, in the order of [`SUBJECTS`]; groups
    /// that the official collection does not have share the last one, "other".
    pub super_classes: Vec<String>,
    /// The super-class of each column.
    pub super_class_of: Vec<usize>,
    /// The columns whose label may be used for fitting.
    pub labelled: Vec<bool>,
    /// Posts from which vocabulary and weights were learnt.
    pub posts: usize,
    /// Their vocabulary and weights.
    pub fitted: FittedVectorizer,
}

/// Loads posts of the collection as a matrix.
///
/// `source` is the archive, the folder it was unpacked into, or a folder with the archive in it.
/// With the default options this takes about a second and less than 100 MB.
///
/// # Errors
/// Whatever keeps the collection from being read, a group that it does not have or that is too
/// small, and options that leave no terms.
pub fn load(source: &Path, options: &NewsgroupsOptions) -> Result<Newsgroups, NewsgroupsError> {
    let vectorizer = Vectorizer::new(&options.text)?;
    let posts = read_posts(source, options.split, &options.groups, &options.remove)?;
    let texts: Vec<&str> = posts.iter().map(|post| post.text.as_str()).collect();
    let fitted = vectorizer.fit(&texts)?;

    let mut classes = options.groups.clone();
    classes.sort_unstable();
    let columns = choose_columns(&posts, &classes, options)?;
    let chosen: Vec<&str> = columns.iter().map(|&(post, _)| texts[post]).collect();
    let class_of: Vec<usize> = columns.iter().map(|&(_, class)| class).collect();
    let (super_classes, super_class) = super_classes(&classes);
    Ok(Newsgroups {
        matrix: fitted.transform(&chosen)?,
        documents: columns
            .iter()
            .map(|&(post, _)| format!("{}/{}", posts[post].group, posts[post].file))
            .collect(),
        super_class_of: class_of.iter().map(|&class| super_class[class]).collect(),
        labelled: labelled(&class_of, classes.len(), options.labelled_per_group),
        classes,
        class_of,
        super_classes,
        posts: posts.len(),
        fitted,
    })
}

/// The posts that become columns, in the columns' order, each with its class.
fn choose_columns(
    posts: &[Post],
    classes: &[String],
    options: &NewsgroupsOptions,
) -> Result<Vec<(usize, usize)>, NewsgroupsError> {
    let mut found = vec![0; classes.len()];
    let mut chosen = Vec::new();
    for (index, post) in posts.iter().enumerate() {
        if let Ok(class) = classes.binary_search(&post.group) {
            if found[class] < options.documents_per_group.of(usize::MAX) {
                chosen.push((index, class));
            }
            found[class] += 1;
        }
    }
    for (class, &found) in found.iter().enumerate() {
        let wanted = options.documents_per_group.of(found);
        if found < wanted {
            return Err(NewsgroupsError::TooFewDocuments {
                group: classes[class].clone(),
                found,
                wanted,
            });
        }
    }
    match options.order {
        ColumnOrder::Stable => {
            chosen.sort_by_key(|&(_, class)| class);
            Ok(chosen)
        }
        ColumnOrder::Authors => {
            let labels: Vec<usize> = chosen.iter().map(|&(_, class)| class).collect();
            let order = introsort::argsort(&labels);
            Ok(order.into_iter().map(|column| chosen[column]).collect())
        }
    }
}

/// Marks the first columns of each class.
fn labelled(class_of: &[usize], classes: usize, per_group: PerGroup) -> Vec<bool> {
    let mut seen = vec![0; classes];
    class_of
        .iter()
        .map(|&class| {
            seen[class] += 1;
            seen[class] <= per_group.of(usize::MAX)
        })
        .collect()
}

/// Names of the super-classes, and for each class its super-class.
fn super_classes(classes: &[String]) -> (Vec<String>, Vec<usize>) {
    let subjects: Vec<usize> = classes
        .iter()
        .map(|class| {
            let group = GROUPS.iter().find(|group| group.name == class);
            group.map_or(SUBJECTS.len(), |group| group.subject)
        })
        .collect();
    let mut present = subjects.clone();
    present.sort_unstable();
    present.dedup();
    let names = present
        .iter()
        .map(|&subject| {
            SUBJECTS
                .get(subject)
                .map_or("other", |name| name)
                .to_owned()
        })
        .collect();
    let of_class = subjects
        .iter()
        .map(|subject| present.partition_point(|other| other < subject))
        .collect();
    (names, of_class)
}

//! The posts of some groups, cleaned, in the order in which scikit-learn gives them.

use std::collections::BTreeSet;
use std::path::Path;

use numpy_random::RandomState;

use super::archive::for_each_post;
use super::clean;
use super::groups::Split;
use super::{NewsgroupsError, Part};

/// A post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Its group.
    pub group: String,
    /// The name of its file, a number.
    pub file: String,
    /// Its text without the parts removed.
    pub text: String,
}

/// A post of any group; the text is read only for the groups asked for.
struct Listed {
    group: String,
    file: String,
    text: Option<String>,
}

/// Reads the posts of `groups` in the order of scikit-learn's `fetch_20newsgroups` with its
/// default seeds, text decoded as latin-1 and rid of `parts`.
///
/// `source` is the archive, the folder it was unpacked into, or a folder with the archive in it.
/// The archive is streamed: memory holds the names of all posts and the texts asked for.
///
/// # Errors
/// Whatever keeps the collection from being read, and a group that it does not have.
pub fn read_posts(
    source: &Path,
    split: Split,
    groups: &[String],
    parts: &[Part],
) -> Result<Vec<Post>, NewsgroupsError> {
    check_names(groups)?;
    let mut train = Vec::new();
    let mut test = Vec::new();
    let mut bytes = Vec::new();
    for_each_post(source, &mut |place, post| {
        let listed = match place.split {
            Split::Test => &mut test,
            _ => &mut train,
        };
        let wanted = (split == Split::All || split == place.split)
            && groups.iter().any(|group| group == place.group);
        let mut text = None;
        if wanted {
            bytes.clear();
            post.read_to_end(&mut bytes)?;
            text = Some(clean::remove(&clean::latin1(&bytes), parts));
        }
        listed.push(Listed {
            group: place.group.to_owned(),
            file: place.file.to_owned(),
            text,
        });
        Ok(())
    })?;

    let mut listed = match split {
        Split::Train => shuffled(train),
        Split::Test => shuffled(test),
        Split::All => {
            let mut both = shuffled(train);
            both.extend(shuffled(test));
            both
        }
    };
    check_groups(source, split, groups, &listed)?;
    listed.retain(|post| post.text.is_some());
    RandomState::new(42).shuffle(&mut listed);
    Ok(listed
        .into_iter()
        .map(|post| Post {
            group: post.group,
            file: post.file,
            text: post.text.unwrap_or_default(),
        })
        .collect())
}

/// The order of scikit-learn's `load_files`: folders and files by name, then shuffled with seed
/// 0. All groups take part, whichever are asked for later.
fn shuffled(mut posts: Vec<Listed>) -> Vec<Listed> {
    posts.sort_unstable_by(|a, b| (&a.group, &a.file).cmp(&(&b.group, &b.file)));
    RandomState::new(0).shuffle(&mut posts);
    posts
}

fn check_names(groups: &[String]) -> Result<(), NewsgroupsError> {
    let mut seen = BTreeSet::new();
    let repeated = groups.iter().find(|group| !seen.insert(*group));
    let found = match repeated {
        Some(group) => format!("`{group}` twice"),
        None if groups.is_empty() => "an empty list".to_owned(),
        None => return Ok(()),
    };
    Err(NewsgroupsError::Groups { found })
}

fn check_groups(
    source: &Path,
    split: Split,
    groups: &[String],
    listed: &[Listed],
) -> Result<(), NewsgroupsError> {
    let known: BTreeSet<&String> = listed.iter().map(|post| &post.group).collect();
    if known.is_empty() {
        return Err(NewsgroupsError::NoPosts {
            path: source.to_owned(),
            split: split.name(),
        });
    }
    match groups.iter().find(|group| !known.contains(group)) {
        None => Ok(()),
        Some(group) => Err(NewsgroupsError::UnknownGroup {
            path: source.to_owned(),
            group: group.clone(),
            known: known.into_iter().cloned().collect(),
        }),
    }
}

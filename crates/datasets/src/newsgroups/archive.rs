//! Going through the posts of the collection, packed or unpacked, without unpacking.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::error::NewsgroupsError;
use super::groups::{GROUPS, GroupCount, Split};

/// The official name of the archive.
pub const ARCHIVE: &str = "20news-bydate.tar.gz";

const FOLDERS: [(&str, Split); 2] = [
    ("20news-bydate-train", Split::Train),
    ("20news-bydate-test", Split::Test),
];

/// Where a post stands in the collection.
pub(super) struct Place<'a> {
    pub(super) split: Split,
    pub(super) group: &'a str,
    pub(super) file: &'a str,
}

/// Calls `visit` with every post, in whatever order they come; what `visit` does not read of a
/// post is skipped.
///
/// `source` is the archive, the folder it was unpacked into, or a folder with the archive in it.
pub(super) fn for_each_post(
    source: &Path,
    visit: &mut dyn FnMut(Place<'_>, &mut dyn Read) -> io::Result<()>,
) -> Result<(), NewsgroupsError> {
    let metadata = fs::metadata(source).map_err(cannot_read(source))?;
    if !metadata.is_dir() {
        return for_each_packed(source, visit);
    }
    let unpacked = FOLDERS.iter().any(|(name, _)| source.join(name).is_dir());
    let archive = source.join(ARCHIVE);
    if !unpacked && archive.is_file() {
        return for_each_packed(&archive, visit);
    }
    for_each_unpacked(source, visit)
}

fn cannot_read(path: &Path) -> impl FnOnce(io::Error) -> NewsgroupsError {
    let path = path.to_owned();
    move |source| NewsgroupsError::Read { path, source }
}

fn for_each_packed(
    path: &Path,
    visit: &mut dyn FnMut(Place<'_>, &mut dyn Read) -> io::Result<()>,
) -> Result<(), NewsgroupsError> {
    let file = File::open(path).map_err(cannot_read(path))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut entries = 0;
    let mut read_all = || -> io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            if entry.header().entry_type().is_file() {
                let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
                if let Some(place) = place_of(&name) {
                    visit(place, &mut entry)?;
                }
            }
            entries += 1;
        }
        Ok(())
    };
    read_all()
        // A tar archive ends before its compressed stream does: what follows is the checksum.
        .and_then(|()| io::copy(&mut archive.into_inner(), &mut io::sink()))
        .map(|_| ())
        .map_err(|source| NewsgroupsError::Corrupt {
            path: path.to_owned(),
            entries,
            source,
        })
}

/// A post is named `…/20news-bydate-<split>/<group>/<file>`.
fn place_of(name: &str) -> Option<Place<'_>> {
    let mut parts = name.rsplit('/');
    let (file, group, folder) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, split) = FOLDERS.iter().find(|(name, _)| *name == folder)?;
    (!is_hidden(file)).then_some(Place {
        split: *split,
        group,
        file,
    })
}

/// Files that desktop systems leave behind.
fn is_hidden(name: &str) -> bool {
    name.is_empty() || name.starts_with('.')
}

fn for_each_unpacked(
    root: &Path,
    visit: &mut dyn FnMut(Place<'_>, &mut dyn Read) -> io::Result<()>,
) -> Result<(), NewsgroupsError> {
    for (folder, split) in FOLDERS {
        let folder = root.join(folder);
        if !folder.is_dir() {
            continue;
        }
        for (group, path) in visible(&folder)? {
            if !path.is_dir() {
                continue;
            }
            for (file, path) in visible(&path)? {
                if !path.is_file() {
                    continue;
                }
                let place = Place {
                    split,
                    group: &group,
                    file: &file,
                };
                let mut post = File::open(&path).map_err(cannot_read(&path))?;
                visit(place, &mut post).map_err(cannot_read(&path))?;
            }
        }
    }
    Ok(())
}

/// Names and paths of what a folder holds.
fn visible(folder: &Path) -> Result<Vec<(String, PathBuf)>, NewsgroupsError> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot_read(folder))? {
        let entry = entry.map_err(cannot_read(folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_hidden(&name) {
            found.push((name, entry.path()));
        }
    }
    Ok(found)
}

/// Counts the posts of every group and compares with the official collection: 11,314 in the
/// train part and 7,532 in the test part.
///
/// This is how an archive with another checksum than the official one (other compression, say)
/// is recognised as the same collection. `source` may be the archive, the folder it was unpacked
/// into, or a folder with the archive in it. Reads everything, in about half a second.
///
/// # Errors
/// Whatever keeps the collection from being read, and the first group whose count differs.
pub fn validate(source: &Path) -> Result<Vec<GroupCount>, NewsgroupsError> {
    let mut counts: BTreeMap<(Split, String), usize> = BTreeMap::new();
    for_each_post(source, &mut |place, _| {
        *counts
            .entry((place.split, place.group.to_owned()))
            .or_insert(0) += 1;
        Ok(())
    })?;
    if counts.is_empty() {
        return Err(NewsgroupsError::NoPosts {
            path: source.to_owned(),
            split: Split::All.name(),
        });
    }
    let mut expected = BTreeMap::new();
    for group in GROUPS {
        expected.insert((Split::Train, group.name.to_owned()), group.train);
        expected.insert((Split::Test, group.name.to_owned()), group.test);
    }
    let of = |counts: &BTreeMap<_, usize>, key| counts.get(key).copied().unwrap_or(0);
    for key in expected.keys().chain(counts.keys()) {
        if of(&counts, key) != of(&expected, key) {
            return Err(NewsgroupsError::WrongCount {
                path: source.to_owned(),
                split: key.0.name(),
                group: key.1.clone(),
                found: of(&counts, key),
                expected: of(&expected, key),
            });
        }
    }
    Ok(counts
        .into_iter()
        .map(|((split, group), documents)| GroupCount {
            split,
            group,
            documents,
        })
        .collect())
}

//! Where things are: below the repository, below the working folder, or where the user says.

use std::path::{Path, PathBuf};

use crate::args::DataArgs;
use crate::error::CliError;

/// Committed results, below the root of the repository.
const RESULTS: &str = "results";
/// Results that are the user's own and not committed.
const OWN_RESULTS: &str = "out";
/// Kept fits, below the user's own results.
const STORE: &str = "store";

/// The root of the repository: the folder above this package.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where downloaded data sets are kept.
pub(crate) fn cache() -> PathBuf {
    root().join("datasets/cache")
}

/// The list of public data sets.
pub(crate) fn sources() -> PathBuf {
    root().join("datasets/sources.toml")
}

/// The repository's experiments.
pub(crate) fn experiments() -> PathBuf {
    root().join("experiments")
}

/// The repository's committed results.
pub(crate) fn results() -> PathBuf {
    root().join(RESULTS)
}

/// Results and fits of the repository's that are not committed.
pub(crate) fn own_results() -> PathBuf {
    root().join(OWN_RESULTS)
}

/// Results of experiments of the user's.
pub(crate) fn users_results() -> PathBuf {
    PathBuf::from(OWN_RESULTS)
}

/// The fits of the repository's experiments.
pub(crate) fn store() -> PathBuf {
    own_results().join(STORE)
}

/// The fits of the user's experiments.
pub(crate) fn users_store() -> PathBuf {
    users_results().join(STORE)
}

/// Where public data sets are looked for: the folders named, else the environment's, then the cache.
#[expect(
    clippy::disallowed_methods,
    reason = "the command line is where the environment is read"
)]
pub(crate) fn data_folders(args: &DataArgs) -> Result<Vec<PathBuf>, CliError> {
    let mut folders = args.data_dir.clone();
    // A mistyped folder would be one more in which nothing is found.
    if let Some(path) = folders.iter().find(|folder| !folder.is_dir()) {
        return Err(CliError::NoFolder { path: path.clone() });
    }
    if folders.is_empty() {
        let named = std::env::var_os("HNTF_DATA_DIR").filter(|folder| !folder.is_empty());
        folders.extend(named.map(PathBuf::from));
    }
    folders.push(cache());
    Ok(folders)
}

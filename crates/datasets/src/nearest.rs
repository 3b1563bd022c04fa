//! Suggestions for mistyped names.

/// The candidate closest to `name`, if any is close enough to be what was meant.
pub(crate) fn nearest<'a>(name: &str, candidates: &'a [String]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (strsim::jaro_winkler(name, candidate), candidate.as_str()))
        .filter(|&(similarity, _)| similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// " (did you mean `…`?)" if there is something to suggest, else nothing.
pub(crate) fn did_you_mean(name: &str, candidates: &[String]) -> String {
    nearest(name, candidates)
        .map_or_else(String::new, |found| format!(" (did you mean `{found}`?)"))
}

//! Messages that point at a place in a configuration file.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::words::in_plain_words;

/// The text of a configuration file and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub(crate) path: PathBuf,
    pub(crate) content: Arc<str>,
}

impl Text {
    /// An error about the place `span`.
    pub(crate) fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        ConfigError {
            text: self.clone(),
            span: Some(span),
            message: message.into(),
            help: None,
        }
    }

    /// What the TOML reader says, in a user's words; `also` are keys it does not know of because
    /// they are read elsewhere.
    pub(crate) fn toml_error(
        &self,
        error: &toml::de::Error,
        within: Range<usize>,
        also: &[&str],
    ) -> ConfigError {
        let (message, help) = in_plain_words(error.message(), also);
        let told = self.error(error.span().unwrap_or(within), message);
        match help {
            Some(help) => told.help(help),
            None => told,
        }
    }
}

impl Text {
    /// What the reader says of text that is not TOML.
    pub(crate) fn syntax_error(
        &self,
        error: &toml::de::Error,
        within: Range<usize>,
    ) -> ConfigError {
        let told = self.toml_error(error, within, &[]);
        if told.help.is_some() {
            return told;
        }
        // The reader stops where it is lost, which may be after the mistake.
        told.help("the mistake is here or just before: look for a bracket, quote or comma that is missing or one too many (toml.io has the syntax)")
    }
}

/// A configuration that cannot be used, with the place in its file.
#[derive(Debug, Clone)]
pub struct ConfigError {
    text: Text,
    span: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

impl ConfigError {
    /// An error about a file as a whole.
    pub(crate) fn file(path: &Path, message: impl Into<String>) -> Self {
        let text = Text {
            path: path.to_path_buf(),
            content: Arc::from(""),
        };
        Self {
            text,
            span: None,
            message: message.into(),
            help: None,
        }
    }

    /// Adds what the user can do.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.text.path.display().to_string();
        let Some(span) = &self.span else {
            write!(f, "{path}: {}", self.message)?;
            return self.help.iter().try_for_each(|help| write!(f, "; {help}"));
        };
        let snippet = Snippet::source(&*self.text.content)
            .path(&path)
            .annotation(AnnotationKind::Primary.span(first_line(&self.text.content, span)));
        // "error: " is said once, by the program that prints this.
        let mut group = Level::ERROR
            .no_name()
            .primary_title(&*self.message)
            .element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(&**help));
        }
        write!(f, "{}", Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for ConfigError {}

/// A caret under a whole table helps nobody: its first line is enough.
fn first_line(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = span.start.min(text.len());
    let end = span.end.clamp(start, text.len());
    let line = text
        .get(start..end)
        .and_then(|s| s.find('\n'))
        .map_or(end, |at| start + at);
    start..line.max(start)
}

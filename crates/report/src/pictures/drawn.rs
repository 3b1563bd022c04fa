//! What drawing gives.

use hntf_figures::Figure;

use crate::error::ReportError;

/// The data of a figure; none where there is nothing to show, such as the best trial of a method
/// whose trials all failed.
pub type Drawn = Result<Option<Box<dyn Figure + Send + Sync>>, ReportError>;

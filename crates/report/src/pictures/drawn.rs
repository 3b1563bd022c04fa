//! What drawing gives.

use hntf_harness::figures::Figure;

use crate::error::ReportError;

/// A figure as plain data; none where there is nothing to show, such as the best trial of a method
/// whose trials all failed.
pub type Drawn = Result<Option<Box<dyn Figure>>, ReportError>;

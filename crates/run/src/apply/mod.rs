//! What fitted topics say of new data: documents, or an array of the shape of the fitted data but for one
//! mode.
//!
//! [`NewItems`] are made for an exported fit, of documents with its vocabulary and weights; [`apply`]
//! gives them in terms of its topics at every layer.

mod error;
mod items;
mod read;
mod shape;
mod transform;

pub use error::ApplyError;
pub use items::NewItems;
pub use read::Reading;
pub use shape::ShapeError;
pub use transform::{AppliedFit, AppliedLayer, ClassScores, apply};

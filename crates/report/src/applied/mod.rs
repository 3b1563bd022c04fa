//! What fitted topics say of new items: a table, JSON, and files.

mod files;
mod json;
mod table;
mod words;

pub use files::write;
pub use json::json;
pub use table::render;

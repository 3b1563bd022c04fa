//! The figures of an experiment: from its record and hierarchies to plain data that is drawn.

mod confusion;
mod convergence;
mod drawn;
mod errors;
mod names;
mod orders;
mod projections;
mod ranks;
mod relations;
mod topics;

use hntf_experiment::figures::Figure;
use hntf_run::Fits;

pub use drawn::Drawn;

/// The data of a figure; none where there is nothing to show.
///
/// # Errors
/// A fit that has been damaged or removed since it was made.
pub fn draw(figure: &Figure, fits: &Fits<'_>) -> Drawn {
    match figure {
        Figure::Errors(figure) => errors::draw(figure, fits),
        Figure::Projections(figure) => projections::draw(figure, fits),
        Figure::Relations(figure) => relations::draw(figure, fits),
        Figure::Confusion(figure) => confusion::draw(figure, fits),
        Figure::TopicMaps(figure) => topics::draw(figure, fits),
        Figure::Convergence(figure) => convergence::draw(figure, fits),
        Figure::RankChoices(_) => ranks::draw(fits),
    }
}

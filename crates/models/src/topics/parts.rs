//! Which finer topics a topic is made of.

use crate::{Hierarchy, Relation};

/// The relation between a layer and the one below it that speaks of mode `mode`: the one all modes
/// share, or the mode's own; for models that relate one other mode only, that one.
pub(super) fn relation(hierarchy: &Hierarchy, layer: usize, mode: usize) -> Option<&Relation> {
    let below = layer.checked_sub(1)?;
    let of_mode = |r: &&Relation| r.mode.is_none_or(|m| m == mode);
    let own = hierarchy.relations_between(below, layer).find(of_mode);
    own.or_else(|| hierarchy.relations_between(below, layer).next())
}

/// The share of every topic of the layer below in a topic; nothing if the layers have no relation.
///
/// The weights of a relation count in units of the finer topic, so each is multiplied by the mass of
/// that topic: what it contributes to the coarser one.
pub(super) fn shares(hierarchy: &Hierarchy, layer: usize, topic: usize, mode: usize) -> Vec<f64> {
    let Some(relation) = relation(hierarchy, layer, mode) else {
        return Vec::new();
    };
    let below = &hierarchy.layers[layer - 1].topics[relation.mode.unwrap_or(mode)];
    let mut shares = vec![0.0; below.cols()];
    for row in below.iter_rows() {
        shares.iter_mut().zip(row).for_each(|(m, x)| *m += x);
    }
    for (i, share) in shares.iter_mut().enumerate() {
        *share *= relation.weights[(i, topic)];
    }
    let total: f64 = shares.iter().sum();
    let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
    shares.iter_mut().for_each(|share| *share *= scale);
    shares
}

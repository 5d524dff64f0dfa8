//! Shards of a sweep, joined.

use super::summary::summed_up;
use crate::documents::Sweep;
use crate::error::Error;

/// The whole of all shards of one plan, as one run of it would have written it. Each has a name, which messages
/// say.
///
/// # Errors
/// Shards of different plans or versions, a sweep that is no shard, a shard that is there twice or not at all.
pub fn merged(shards: Vec<(String, Sweep)>) -> Result<Sweep, Error> {
    let wrong = |name: &str, found: String| Err(Error::kind(name.as_ref(), found));
    let Some((first, whole)) = shards.first().cloned() else {
        return Err(Error::search(
            "sweep merge: needed the shards of a sweep; found none",
        ));
    };
    let Some(of) = whole.shard.map(|shard| shard.of) else {
        return wrong(
            &first,
            "the whole of a sweep; needed shards, as --shard I/N writes them".into(),
        );
    };
    let mut places: Vec<Option<&str>> = vec![None; usize::try_from(of).unwrap_or(0)];
    for (name, sweep) in &shards {
        let Some(shard) = sweep.shard else {
            return wrong(
                name,
                "the whole of a sweep; needed shards, as --shard I/N writes them".into(),
            );
        };
        if sweep.plan != whole.plan || sweep.version != whole.version {
            let found = format!(
                "a shard of another plan: its digest is {} by version {}; {first} has {} by {}",
                short(&sweep.plan),
                sweep.version,
                short(&whole.plan),
                whole.version
            );
            return wrong(name, found);
        }
        if shard.of != of {
            let found = format!(
                "shard {} of {}; {first} is one of {of}",
                shard.index, shard.of
            );
            return wrong(name, found);
        }
        let place = usize::try_from(shard.index - 1).ok();
        let Some(place) = place.and_then(|at| places.get_mut(at)) else {
            return wrong(
                name,
                format!("shard {} of {of}, which there is not", shard.index),
            );
        };
        if let Some(other) = place.replace(name) {
            return wrong(
                name,
                format!("shard {} of {of}, which {other} is too", shard.index),
            );
        }
    }
    let missing = (1..).zip(&places).filter(|(_, place)| place.is_none());
    let missing: Vec<String> = missing.map(|(index, _)| format!("{index}/{of}")).collect();
    if !missing.is_empty() {
        let found = format!("sweep merge: missing shards: {}", missing.join(", "));
        return Err(Error::search(found));
    }
    let mut points: Vec<_> = shards
        .into_iter()
        .flat_map(|(_, sweep)| sweep.points)
        .collect();
    points.sort_by_key(|point| point.point);
    let is_whole = (0..whole.planned).eq(points.iter().map(|point| point.point));
    if !is_whole {
        let found = "sweep merge: the shards do not hold each point of the plan once";
        return Err(Error::search(found));
    }
    Ok(summed_up(Sweep {
        shard: None,
        points,
        ..whole
    }))
}

/// The first digits of a digest.
fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

//! Pages of rows: the two generations in memory laid over the rows of the store.

use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Bound;
use std::sync::Arc;

use super::store::{RESERVED_FIRST_BYTE, StoreRow};
use super::{Rows, ViewError};

/// Rows with their keys, in the order asked for.
pub type Page = Vec<(Vec<u8>, Arc<[u8]>)>;

type Bounds<'a> = (Bound<&'a [u8]>, Bound<&'a [u8]>);

type MemoryRows<'a> = Box<dyn Iterator<Item = (&'a Vec<u8>, &'a Option<Arc<[u8]>>)> + 'a>;

/// The first key after all keys that begin with `prefix`, and never beyond the rows' own range.
pub(super) fn end_of_prefix(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while end.last() == Some(&u8::MAX) {
        end.pop();
    }
    match end.last_mut() {
        Some(last) => *last += 1,
        None => return vec![RESERVED_FIRST_BYTE],
    }
    end.min(vec![RESERVED_FIRST_BYTE])
}

/// Whether no key can lie between the bounds. `BTreeMap::range` panics on some of these.
pub(super) fn is_empty(bounds: Bounds<'_>) -> bool {
    match bounds {
        (Bound::Included(from) | Bound::Excluded(from), Bound::Excluded(to)) => from >= to,
        (Bound::Included(from) | Bound::Excluded(from), Bound::Included(to)) => from > to,
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
    }
}

/// The first `limit` rows of all sources. Of rows with one key the newest source's counts, and a
/// removal there hides the older ones.
pub(super) fn merge(
    newest_first: [Option<&Rows>; 2],
    stored: impl Iterator<Item = StoreRow>,
    bounds: Bounds<'_>,
    reverse: bool,
    limit: usize,
) -> Result<Page, ViewError> {
    let [mut active, mut frozen] =
        newest_first.map(|rows| rows_between(rows, bounds, reverse).peekable());
    let mut stored = stored.peekable();
    let mut page = Page::new();
    while page.len() < limit {
        let stored_key = match stored.peek() {
            Some(Ok((key, _))) => Some(key.as_slice()),
            // The error is the next item: take it out and give it to the caller.
            Some(Err(_)) => match stored.next() {
                Some(Err(error)) => return Err(error),
                _ => None,
            },
            None => None,
        };
        let memory_key = first_of(peek_key(&mut active), peek_key(&mut frozen), reverse);
        let Some(key) = first_of(memory_key, stored_key, reverse).map(<[u8]>::to_vec) else {
            break;
        };
        // Every source standing at this key moves on; the newest of them decides.
        let from_active = active.next_if(|(at, _)| **at == key);
        let from_frozen = frozen.next_if(|(at, _)| **at == key);
        let from_store = stored.next_if(|row| matches!(row, Ok((at, _)) if *at == key));
        let value = match (from_active.or(from_frozen), from_store) {
            (Some((_, value)), _) => value.clone(),
            (None, Some(Ok((_, value)))) => Some(value),
            (None, _) => None,
        };
        page.extend(value.map(|value| (key, value)));
    }
    Ok(page)
}

fn rows_between<'a>(rows: Option<&'a Rows>, bounds: Bounds<'_>, reverse: bool) -> MemoryRows<'a> {
    match rows.map(|rows| rows.range::<[u8], _>(bounds)) {
        Some(range) if reverse => Box::new(range.rev()),
        Some(range) => Box::new(range),
        None => Box::new(std::iter::empty()),
    }
}

fn peek_key<'a>(rows: &mut Peekable<MemoryRows<'a>>) -> Option<&'a [u8]> {
    rows.peek().map(|(key, _)| key.as_slice())
}

/// Of two keys the one that comes first in the order asked for.
fn first_of<'a>(
    left: Option<&'a [u8]>,
    right: Option<&'a [u8]>,
    reverse: bool,
) -> Option<&'a [u8]> {
    match (left, right) {
        (Some(left), Some(right)) => {
            let order = if reverse { right.cmp(left) } else { left.cmp(right) };
            Some(if order == Ordering::Greater { right } else { left })
        }
        (left, right) => left.or(right),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_reserved_rows() {
        assert_eq!(end_of_prefix(b""), b"\xff");
        assert_eq!(end_of_prefix(b"a"), b"b");
        assert_eq!(end_of_prefix(b"a\xff\xff"), b"b");
        assert_eq!(end_of_prefix(b"\xfe\xff"), b"\xff");
        assert_eq!(end_of_prefix(b"\xff\x01"), b"\xff");
    }
}

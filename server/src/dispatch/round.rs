//! Rounds through a queue: who comes behind where the last one stopped has the next turn.

use std::ops::ControlFlow;

use shouxin_core::id::Position;

use crate::engine::query::QueryError;

/// Visits entries in the order of a queue, behind `began_at` first and then from the start through it, each
/// once and `most` in all; answers behind which the next round goes on, none where that is the start.
///
/// `page` reads entries behind one from `queue`, and whether there are more behind them. `visit` breaks after
/// the last entry for which there was room.
///
/// # Errors
/// Those of `page` and `visit`.
pub fn round<Q>(
    queue: &mut Q,
    began_at: Option<Position>,
    most: usize,
    mut page: impl FnMut(&mut Q, Option<Position>) -> Result<(Vec<Position>, bool), QueryError>,
    mut visit: impl FnMut(&mut Q, Position) -> Result<ControlFlow<()>, QueryError>,
) -> Result<Option<Position>, QueryError> {
    let (mut after, mut turned, mut visited) = (began_at, began_at.is_none(), 0);
    loop {
        let (positions, more) = page(queue, after)?;
        for at in positions {
            if turned && began_at.is_some() && Some(at) > began_at {
                return Ok(None);
            }
            if visited == most {
                return Ok(after);
            }
            visited += 1;
            after = Some(at);
            if visit(queue, at)?.is_break() {
                return Ok(after);
            }
        }
        if !more {
            if turned {
                return Ok(None);
            }
            (after, turned) = (None, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The queue 1, 2, ... 10, read three at a time; what was visited, and where the next round goes on.
    fn rounds(began_at: Option<u64>, most: usize, room: usize) -> (Vec<u64>, Option<u64>) {
        let mut queue: Vec<Position> = (1..=10).map(Position::local).collect();
        let mut visited = Vec::new();
        let page = |queue: &mut Vec<Position>, after: Option<Position>| {
            let rest: Vec<Position> =
                queue.iter().copied().filter(|at| Some(*at) > after).collect();
            Ok((rest.iter().copied().take(3).collect(), rest.len() > 3))
        };
        let visit = |_: &mut Vec<Position>, at: Position| {
            visited.push(at.sequence);
            Ok(if visited.len() == room {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        };
        let next = round(&mut queue, began_at.map(Position::local), most, page, visit).unwrap();
        (visited, next.map(|at| at.sequence))
    }

    #[test]
    fn each_has_its_turn_once_a_round_wherever_it_began() {
        let all: Vec<u64> = (1..=10).collect();
        assert_eq!(rounds(None, 100, 100), (all.clone(), None));
        for began_at in 1..=12 {
            let (mut visited, next) = rounds(Some(began_at), 100, 100);
            assert!(began_at >= 10 || visited[0] == began_at + 1, "{visited:?}");
            visited.sort_unstable();
            assert_eq!((visited, next), (all.clone(), None));
        }
    }

    #[test]
    fn the_next_round_goes_on_where_room_or_patience_ended() {
        assert_eq!(rounds(None, 4, 100), (vec![1, 2, 3, 4], Some(4)));
        assert_eq!(rounds(Some(4), 100, 2), (vec![5, 6], Some(6)));
        assert_eq!(rounds(Some(8), 4, 100), (vec![9, 10, 1, 2], Some(2)));
        assert_eq!(rounds(Some(9), 100, 1), (vec![10], Some(10)));
        assert_eq!(rounds(Some(10), 100, 1), (vec![1], Some(1)));
    }
}
